using ModelServing.Cache.Reports;
using ModelServing.Contracts;

namespace ModelServing.Inference.Reporting;

/// <summary>What of a process's minutes has still to be said: those that are over and were not said to the end, the oldest first, and the
/// one that is open. The reporter's alone.</summary>
/// <remarks>A request belongs to the minute in which this next looks at the clock: a reporter that was held up counts it later, never twice
/// and never not.</remarks>
internal sealed class MinuteLedger(RequestRecorder recorder, ModelVersion version, Guid incarnation, long firstMinute)
{
    /// <summary>The most minutes that are kept until they can be said.</summary>
    internal const int MaxOwed = 5;

    private readonly Queue<(long Minute, ProcessReport Report)> owed = new();

    /// <summary>The minute that is open.</summary>
    internal long Open { get; private set; } = firstMinute;

    /// <summary>The minutes that are over and not said yet, the oldest first.</summary>
    internal (long Minute, ProcessReport Report)? Owed => owed.TryPeek(out var oldest) ? oldest : null;

    /// <summary>Closes the open minute if another has begun by now. A clock that goes back opens none again.</summary>
    /// <returns>How many requests are given up: those of the oldest minute, where too many are owed.</returns>
    internal long Turn(long now)
    {
        if (now <= Open)
            return 0;
        owed.Enqueue((Open, Report(recorder.Close(), isLeaving: false)));
        Open = now;
        return owed.Count > MaxOwed ? owed.Dequeue().Report.Streams.Sum(static stream => stream.Counts.Requests) : 0;
    }

    /// <summary>Says that the oldest minute of those owed was said.</summary>
    internal void Said() => _ = owed.Dequeue();

    /// <summary>What is to be said of the open minute.</summary>
    internal ProcessReport OfOpen(bool isLeaving) => Report(recorder.Read(), isLeaving);

    /// <summary>How many requests are in what was not said.</summary>
    internal long Unsaid() => owed.Sum(static minute => minute.Report.Streams.Sum(static stream => stream.Counts.Requests));

    private ProcessReport Report(IReadOnlyList<VariantCounts> streams, bool isLeaving) => new()
    {
        Version = version,
        Incarnation = incarnation,
        IsLeaving = isLeaving,
        Streams = [.. streams.Where(static stream => stream.Counts.Requests > 0)],
    };
}
