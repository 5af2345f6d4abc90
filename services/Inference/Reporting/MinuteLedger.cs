using ModelServing.Cache.Reports;
using ModelServing.Contracts;

namespace ModelServing.Inference.Reporting;

/// <summary>The minutes that a process still has to report: the closed ones that are not fully reported yet, oldest first, and the open
/// one. Only the reporter uses it.</summary>
/// <remarks>The reporter decides which minute a request belongs to when it next reads the clock. A delayed reporter counts the request in a
/// later minute; each request is counted exactly once.</remarks>
/// <param name="recorder">The requests' counts.</param>
/// <param name="version">The process's version.</param>
/// <param name="incarnation">The process's run.</param>
/// <param name="firstMinute">The minute that is open first.</param>
/// <param name="log">Returns the state of the prediction log, with the records that were lost since the process began; null without a
/// log.</param>
internal sealed class MinuteLedger(
    RequestRecorder recorder, ModelVersion version, Guid incarnation, long firstMinute, Func<LogReport>? log = null)
{
    /// <summary>The maximum number of closed minutes that are kept until they can be reported.</summary>
    internal const int MaxUnreported = 5;

    private readonly Queue<(long Minute, ProcessReport Report)> unreported = new();
    private long lostBefore;

    internal long OpenMinute { get; private set; } = firstMinute;

    /// <summary>The oldest closed minute that is not reported yet.</summary>
    internal (long Minute, ProcessReport Report)? OldestUnreported => unreported.TryPeek(out var oldest) ? oldest : null;

    /// <summary>Closes the open minute if <paramref name="now"/> is a later one. If the clock goes back, no earlier minute opens
    /// again.</summary>
    /// <returns>The number of requests that are dropped, which are those of the oldest minute if too many are unreported.</returns>
    internal long MoveTo(long now)
    {
        if (now <= OpenMinute)
            return 0;
        var closed = Report(recorder.Close(), isLeaving: false);
        lostBefore += closed.Log?.Lost ?? 0;
        unreported.Enqueue((OpenMinute, closed));
        OpenMinute = now;
        return unreported.Count > MaxUnreported ? RequestsIn(unreported.Dequeue().Report) : 0;
    }

    /// <summary>Marks <see cref="OldestUnreported"/> as reported.</summary>
    internal void MarkReported() => _ = unreported.Dequeue();

    /// <summary>The report of the open minute so far.</summary>
    internal ProcessReport ReportOpenMinute(bool isLeaving) => Report(recorder.Read(), isLeaving);

    /// <summary>The number of requests in the closed minutes that are not reported.</summary>
    internal long CountUnreported() => unreported.Sum(static minute => RequestsIn(minute.Report));

    private static long RequestsIn(ProcessReport report) => report.Streams.Sum(static stream => stream.Counts.Requests);

    private ProcessReport Report(IReadOnlyList<VariantCounts> streams, bool isLeaving) => new()
    {
        Version = version,
        Incarnation = incarnation,
        IsLeaving = isLeaving,
        Log = log?.Invoke() is { } state ? state with { Lost = state.Lost - lostBefore } : null,
        Streams = [.. streams.Where(static stream => stream.Counts.Requests > 0)],
    };
}
