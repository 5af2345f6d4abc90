using System.Diagnostics;

namespace ModelServing.Bench.Soak.Mutants;

/// <summary>The end of a program.</summary>
/// <param name="ExitCode">Its exit code; null if it was killed because it took too long.</param>
/// <param name="Output">What it printed.</param>
internal sealed record ToolRun(int? ExitCode, string Output)
{
    /// <summary>Runs a program to its end, and kills it and its children if it takes too long.</summary>
    internal static async Task<ToolRun> RunAsync(ProcessStartInfo start, TimeSpan limit, CancellationToken cancellation)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start) ?? throw new BenchException($"{start.FileName} can't be started");
        var output = Task.WhenAll(
            process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(limit);
        int? exitCode = null;
        try
        {
            await process.WaitForExitAsync(limited.Token);
            exitCode = process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
        }

        return new ToolRun(exitCode, string.Concat(await output).Trim());
    }
}
