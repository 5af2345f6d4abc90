using System.Diagnostics;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>A program that is run to its end.</summary>
internal static class Tool
{
    /// <summary>How long anything may take before it counts as hung: a build on busy processors, several times over.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    /// <summary>Runs it; gives its exit code and what it printed on both streams.</summary>
    internal static async Task<(int ExitCode, string Output)> RunAsync(string directory, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // Neither whoever runs the tests nor what runs them is to be seen by what is run.
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_SYSTEM"] = "/dev/null";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var reading = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end");
        }

        return (process.ExitCode, string.Concat(await reading));
    }

    /// <summary>Runs it, and fails the test when it fails.</summary>
    internal static async Task<string> SucceedAsync(string directory, string program, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(directory, new Dictionary<string, string>(), program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}:\n{output}");
        return output;
    }
}
