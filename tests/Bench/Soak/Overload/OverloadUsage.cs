using System.Diagnostics;

namespace ModelServing.Bench.Soak.Overload;

/// <summary>What the processors did during a part of the soak, which begins now.</summary>
/// <param name="version">The service.</param>
/// <param name="measured">What it has measured so far.</param>
internal sealed class OverloadUsage(OverloadVersion version, OverloadMetrics measured)
{
    private readonly TimeSpan service = version.ProcessorTime;
    private readonly TimeSpan load = Environment.CpuUsage.TotalTime;
    private readonly long began = Stopwatch.GetTimestamp();

    /// <summary>The processors that the service used.</summary>
    internal double Service { get; private set; }

    /// <summary>The processors that the load used.</summary>
    internal double Load { get; private set; }

    /// <summary>The rows of a call of the model.</summary>
    internal double RowsOfRun { get; private set; }

    /// <summary>The part has ended.</summary>
    internal OverloadUsage End(OverloadMetrics now)
    {
        var elapsed = Stopwatch.GetElapsedTime(began);
        Service = (version.ProcessorTime - service) / elapsed;
        Load = (Environment.CpuUsage.TotalTime - load) / elapsed;
        RowsOfRun = (now.Rows - measured.Rows) / Math.Max(1, now.Runs - measured.Runs);
        return this;
    }
}
