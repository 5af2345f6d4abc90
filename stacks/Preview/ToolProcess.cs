using System.Diagnostics;

namespace ModelServing.Stacks.Preview;

/// <summary>Runs the tools that the preview needs: git and dotnet.</summary>
internal static class ToolProcess
{
    /// <summary>Returns the tool's standard output and, if it failed, its standard error too.</summary>
    internal static Task<(bool Succeeded, string Output)> RunAsync(string directory, string program, params string[] arguments) =>
        RunAsync(directory, new Dictionary<string, string>(), program, arguments);

    /// <summary>Runs the tool with additional environment variables.</summary>
    internal static async Task<(bool Succeeded, string Output)> RunAsync(
        string directory, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode == 0, process.ExitCode == 0 ? output : output + await error);
    }
}
