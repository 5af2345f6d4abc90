using System.Diagnostics;

namespace ModelServing.EndToEnd.Tests;

/// <summary>The bench as a process.</summary>
internal static class BenchProcess
{
    /// <summary>Runs it to its end, which must be good, and returns what it printed.</summary>
    internal static async Task<string> RunAsync(TimeSpan timeout, params string[] arguments)
    {
        using var bench = Process.Start(new ProcessStartInfo("dotnet", [MsProcess.Program("Bench", "ModelServing.Bench"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = bench.StandardError.ReadToEndAsync();
        var output = await bench.StandardOutput.ReadToEndAsync().WaitAsync(timeout);
        await bench.WaitForExitAsync();
        Assert.True(bench.ExitCode == 0, output + await errors);
        return output;
    }
}
