namespace ModelServing.Rollout.Guard;

/// <summary>
/// Counts, in one router and one trial, the first attempts of a watched variant and of the stable variant beside it. It has no clock:
/// observations carry the minute. Thread-safe: a success of the watched variant costs one interlocked addition, a success of stable
/// nothing, and a failure a short lock. It needs about 2 KB as a rule, and never more than about 110 KB.
/// </summary>
public sealed class GuardRecorder
{
    /// <summary>The most shares at which failures are counted separately: enough for a ramp of 20 steps.</summary>
    public const int MaxSegments = 32;

    private readonly Lock gate = new();
    private readonly Dictionary<TrafficShare, CopyCounters> segments = [];
    private readonly CopyCounters failures = new(GuardCounts.RateRows / 2);
    private readonly SuccessCounters successes = new();
    private int lastMinute;
    private long leftOut;

    /// <summary>The number of failures that were left out because they happened at a share beyond the first <see cref="MaxSegments"/>. That
    /// is safe: it leaves out the failures of both variants alike, by a rule that was fixed before they happened, so the evidence is that
    /// of the traffic at the other shares. The guard is blind at those shares, which the router should report.</summary>
    public long LeftOut => Interlocked.Read(ref leftOut);

    /// <summary>Counts a first attempt.</summary>
    /// <returns>False for a failure that was left out.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The minute is not a possible minute of a trial.</exception>
    public bool Record(in Observation observation)
    {
        // Failures are compared with failures, so stable's successes are not needed; those of the watched variant are, for its error rate.
        if (observation.IsFailure)
            return RecordFailure(observation);
        if (observation.IsWatched)
            successes.Add(Checked(observation.Minute), observation.Share.IsWhole);
        return true;
    }

    /// <summary>Returns everything that was counted so far.</summary>
    public GuardCounts Read()
    {
        lock (gate)
        {
            var (asOf, divided, whole) = successes.Read(lastMinute);
            var failed = failures.ToTable(asOf);
            var rate = new CopyTable(asOf, [failed.Row(0), failed.Row(1), divided, whole]);
            var tables = new SortedList<TrafficShare, CopyTable>(segments.Count);
            foreach (var (share, counters) in segments)
            {
                if (counters.ToTable(asOf) is { IsEmpty: false } table)
                    tables.Add(share, table);
            }

            return new GuardCounts(asOf, tables, rate);
        }
    }

    private bool RecordFailure(in Observation failure)
    {
        var minute = Checked(failure.Minute);
        lock (gate)
        {
            lastMinute = Math.Max(lastMinute, minute);
            if (failure.IsWatched)
                failures.Add(GuardCounts.RateRowOf(isFailure: true, failure.Share.IsWhole), minute, failure.Key.CountsAfter);
            // If one variant has all of the traffic, there is nothing to compare.
            if (!failure.Share.IsDivided)
                return true;
            if (!segments.TryGetValue(failure.Share, out var counters))
            {
                if (segments.Count == MaxSegments)
                {
                    Interlocked.Increment(ref leftOut);
                    return false;
                }

                segments.Add(failure.Share, counters = new CopyCounters(GuardCounts.SegmentRows));
            }

            counters.Add(GuardCounts.RowOf(KindOf(failure.Outcome), failure.IsWatched), minute, failure.Key.CountsAfter);
            return true;
        }
    }

    private static GuardKind KindOf(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Error => GuardKind.Error,
        CallOutcome.Slow => GuardKind.Slow,
        CallOutcome.NonFinite => GuardKind.NonFinite,
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "the outcome is not a failure"),
    };

    private static int Checked(int minute) => minute is >= 1 and <= CopyWindow.MaxMinute
        ? minute
        : throw new ArgumentOutOfRangeException(nameof(minute), minute, $"the minute of a trial must be from 1 to {CopyWindow.MaxMinute}");
}
