namespace ModelServing.Rollout.Guard;

/// <summary>
/// The counts of one or several routers for one watched variant in one trial: per kind, copy, share and variant. An immutable value that is
/// published as a whole. The counts of different routers add up to those of one router that saw everything.
/// </summary>
public sealed partial class GuardCounts : IEquatable<GuardCounts>
{
    /// <summary>The number of kinds that are compared with stable: all but <see cref="GuardKind.MaxErrorRate"/>.</summary>
    internal const int RelativeKinds = 3;

    internal const int SegmentRows = RelativeKinds * 2;
    internal const int RateRows = 4;

    private readonly SortedList<TrafficShare, CopyTable> segments;
    private readonly CopyTable rate;

    internal GuardCounts(int lastMinute, SortedList<TrafficShare, CopyTable> segments, CopyTable rate)
    {
        LastMinute = lastMinute;
        this.segments = segments;
        this.rate = rate;
    }

    public static GuardCounts Empty { get; } = new(0, [], CopyTable.Empty(RateRows));

    /// <summary>The latest minute of the trial in which something was counted; 0 for none.</summary>
    public int LastMinute { get; }

    /// <summary>The segments: the shares at which failures happened, smaller ones first. A share that returns is the same
    /// segment.</summary>
    public IReadOnlyList<TrafficShare> Segments => segments.Keys.AsReadOnly();

    /// <summary>The number of kept copies. Copy 0 is the trial's first.</summary>
    internal int Copies => CopyWindow.Count(LastMinute);

    /// <summary>Returns a kind's failures since the trial started, at all shares at which both variants had traffic. For
    /// <see cref="GuardKind.MaxErrorRate"/>: the watched variant's failures and its other first attempts, at all shares.</summary>
    public (long Watched, long Other) Total(GuardKind kind)
    {
        if (LastMinute == 0)
            return default;
        if (kind == GuardKind.MaxErrorRate)
            return RateAt(0);
        var (watched, stable) = (0L, 0L);
        foreach (var segment in segments.Values)
        {
            watched += segment.At(RowOf(kind, isWatched: true), 0);
            stable += segment.At(RowOf(kind, isWatched: false), 0);
        }

        return (watched, stable);
    }

    public GuardCounts Add(GuardCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var lastMinute = Math.Max(LastMinute, other.LastMinute);
        var sums = new SortedList<TrafficShare, CopyTable>(segments.Count + other.segments.Count);
        foreach (var share in segments.Keys.Union(other.segments.Keys))
        {
            var (one, another) = (segments.GetValueOrDefault(share), other.segments.GetValueOrDefault(share));
            var sum = (one is null ? another! : another is null ? one : one.Add(another)).At(lastMinute);
            // Failures that only dropped copies saw are gone.
            if (!sum.IsEmpty)
                sums.Add(share, sum);
        }

        return new GuardCounts(lastMinute, sums, rate.Add(other.rate).At(lastMinute));
    }

    /// <summary>Subtracts the counts of a part of the same traffic.</summary>
    internal GuardCounts Subtract(GuardCounts part)
    {
        var lastMinute = Math.Max(LastMinute, part.LastMinute);
        var rest = new SortedList<TrafficShare, CopyTable>(segments.Count);
        foreach (var (share, table) in segments)
        {
            var left = part.segments.TryGetValue(share, out var own) ? table.Subtract(own, lastMinute) : table.At(lastMinute);
            if (!left.IsEmpty)
                rest.Add(share, left);
        }

        return new GuardCounts(lastMinute, rest, rate.Subtract(part.rate, lastMinute));
    }

    public static GuardCounts Sum(IEnumerable<GuardCounts> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return counts.Aggregate(Empty, static (sum, one) => sum.Add(one));
    }

    /// <summary>The row of a segment that holds a kind's failures of one variant.</summary>
    internal static int RowOf(GuardKind kind, bool isWatched) => (int)kind * 2 + (isWatched ? 0 : 1);

    /// <summary>The row of the watched variant's failures or other first attempts, while it had all of the traffic or less.</summary>
    internal static int RateRowOf(bool isFailure, bool isWhole) => (isFailure ? 0 : 2) + (isWhole ? 1 : 0);

    internal CopyTable Segment(int index) => segments.Values[index];

    /// <summary>The watched variant's failures and other first attempts that a copy saw.</summary>
    internal (long Failures, long Others) RateAt(int copy)
    {
        var whole = WholeRateAt(copy);
        return (
            whole.Failures + rate.At(RateRowOf(isFailure: true, isWhole: false), copy),
            whole.Others + rate.At(RateRowOf(isFailure: false, isWhole: false), copy));
    }

    /// <summary>As <see cref="RateAt"/>, but only while the watched variant had all of the traffic.</summary>
    internal (long Failures, long Others) WholeRateAt(int copy) =>
        (rate.At(RateRowOf(isFailure: true, isWhole: true), copy), rate.At(RateRowOf(isFailure: false, isWhole: true), copy));

    public bool Equals(GuardCounts? other) => other is not null
        && LastMinute == other.LastMinute
        && rate.HasSameCounts(other.rate)
        && segments.Keys.SequenceEqual(other.segments.Keys)
        && segments.Values.Zip(other.segments.Values).All(static pair => pair.First.HasSameCounts(pair.Second));

    public override bool Equals(object? obj) => Equals(obj as GuardCounts);

    public override int GetHashCode() =>
        HashCode.Combine(LastMinute, segments.Count, Total(GuardKind.Error), Total(GuardKind.MaxErrorRate));
}
