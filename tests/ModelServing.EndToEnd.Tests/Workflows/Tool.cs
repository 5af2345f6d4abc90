using System.Diagnostics;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>Runs a program to its end.</summary>
internal static class Tool
{
    /// <summary>How long a program may take before it counts as hung: several builds on busy processors.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(8);

    /// <summary>Runs a program. Returns its exit code and the output of both streams.</summary>
    internal static async Task<(int ExitCode, string Output)> RunAsync(
        string directory,
        IReadOnlyDictionary<string, string> environment,
        string program,
        params string[] arguments)
    {
        var start = new ProcessStartInfo(
            program,
            arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // The settings of the user, and a running build server, must not affect the program.
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_SYSTEM"] = "/dev/null";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var reading = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var timeout = new CancellationTokenSource(Timeout);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end");
        }

        return (process.ExitCode, string.Concat(await reading));
    }

    /// <summary>Runs a program that must succeed.</summary>
    internal static async Task<string> SucceedAsync(string directory, string program, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(directory, new Dictionary<string, string>(), program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}:\n{output}");
        return output;
    }
}
