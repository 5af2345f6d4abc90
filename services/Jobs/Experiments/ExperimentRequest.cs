using ModelServing.Contracts.Experiments;

namespace ModelServing.Jobs.Experiments;

/// <summary>What to analyse.</summary>
/// <param name="Since">The first time of the predictions: when the experiment began, or earlier.</param>
/// <param name="Until">The time before which they began. A unit whose window closes later does not count yet.</param>
/// <param name="MemoryMegabytes">The memory for rows, in megabytes.</param>
internal sealed record ExperimentRequest(ExperimentDocument Experiment, DateTimeOffset Since, DateTimeOffset Until, int MemoryMegabytes)
{
    /// <summary>In how many parts the rows are grouped at least; more if the memory needs it.</summary>
    internal int LeastParts { get; init; } = 1;

    /// <summary>The end in microseconds since 1970.</summary>
    internal long End => (Until - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The window of a unit in microseconds.</summary>
    internal long Window => Experiment.WindowMilliseconds * 1000;
}
