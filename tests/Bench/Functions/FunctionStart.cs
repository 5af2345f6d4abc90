using System.Diagnostics;
using ModelServing.Contracts.Functions;
using ModelServing.TestKit.Functions;

namespace ModelServing.Bench.Functions;

/// <summary>The figures of one start.</summary>
/// <param name="Listening">Processor seconds until the function listened.</param>
/// <param name="Answered">Processor seconds until its first answer, including the start.</param>
/// <param name="Seconds">Seconds from the start of the process to its first answer, on this machine.</param>
/// <param name="Megabytes">The working set after the first answer.</param>
internal sealed record FunctionStart(double Listening, double Answered, double Seconds, double Megabytes)
{
    /// <summary>Starts a function, makes a first call, and ends it.</summary>
    internal static async Task<FunctionStart> MeasureAsync(
        IReadOnlyList<string> command, FunctionsHostSettings settings, string path, FnCall call, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        await using var function = await FunctionProcess.StartAsync(command, settings, path, cancellation);
        var listening = function.ProcessorTime();
        await function.CallAsync(call, cancellation);
        var elapsed = Stopwatch.GetElapsedTime(began);
        return new FunctionStart(
            listening.TotalSeconds, function.ProcessorTime().TotalSeconds, elapsed.TotalSeconds, function.Megabytes);
    }
}
