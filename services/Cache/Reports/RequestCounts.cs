using ModelServing.Contracts;

namespace ModelServing.Cache.Reports;

/// <summary>How requests were answered and how fast: a latency histogram for each <see cref="AnswerKind"/>. An immutable value; the counts
/// of several processes add up exactly, in any order.</summary>
public sealed class RequestCounts : IEquatable<RequestCounts>
{
    /// <summary>The number of kinds of answer.</summary>
    public const int Kinds = 4;

    // A row of zeros is null, so equal counts have equal rows.
    private readonly long[]?[] rows;

    private RequestCounts(long[]?[] rows)
    {
        this.rows = rows;
        for (var kind = 0; kind < Kinds; kind++)
        {
            if (rows[kind] is { } row && !row.AsSpan().ContainsAnyExcept(0))
                rows[kind] = null;
        }
    }

    public static RequestCounts None { get; } = new(new long[]?[Kinds]);

    public long Requests =>
        Count(AnswerKind.Answered) + Count(AnswerKind.NonFinite) + Count(AnswerKind.ClientError) + Count(AnswerKind.Failed);

    /// <summary>The requests that are evidence about the version: all but those that were at fault themselves.</summary>
    public long Telling => Requests - Count(AnswerKind.ClientError);

    public long Count(AnswerKind kind) => rows[(int)kind]?.Sum() ?? 0;

    public static RequestCounts operator +(RequestCounts one, RequestCounts other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        var sum = new long[]?[Kinds];
        for (var kind = 0; kind < Kinds; kind++)
            sum[kind] = Sum(one.rows[kind], other.rows[kind]);
        return new RequestCounts(sum);
    }

    public static RequestCounts Add(RequestCounts one, RequestCounts other) => one + other;

    /// <summary>Returns the latency that a share of the <see cref="Telling"/> requests did not exceed. It is the upper edge of a bucket, so
    /// at most 3.2% too long and never too short. Null if there are no such requests.</summary>
    /// <param name="quantile">The share, above 0 and at most 1.</param>
    public TimeSpan? Latency(double quantile)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(quantile, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quantile, 1);
        var left = (long)Math.Ceiling(quantile * Telling);
        if (left == 0)
            return null;
        for (var bucket = 0; ; bucket++)
        {
            left -= In(AnswerKind.Answered, bucket) + In(AnswerKind.NonFinite, bucket) + In(AnswerKind.Failed, bucket);
            if (left <= 0)
                return LatencyBuckets.UpperEdge(bucket);
        }
    }

    public bool Equals(RequestCounts? other)
    {
        for (var kind = 0; kind < Kinds; kind++)
        {
            if (!rows[kind].AsSpan().SequenceEqual(other is null ? [-1] : other.rows[kind]))
                return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as RequestCounts);

    public override int GetHashCode() => HashCode.Combine(Requests, Count(AnswerKind.Failed), Latency(0.5));

    /// <param name="counts">A count for each kind and bucket, kind by kind: <see cref="Kinds"/> times <see cref="LatencyBuckets.Count"/>
    /// numbers from 0.</param>
    public static RequestCounts From(ReadOnlySpan<long> counts)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(counts.Length, Kinds * LatencyBuckets.Count);
        var rows = new long[]?[Kinds];
        for (var kind = 0; kind < Kinds; kind++)
        {
            var row = counts.Slice(kind * LatencyBuckets.Count, LatencyBuckets.Count);
            if (row.ContainsAnyExcept(0))
                rows[kind] = row.ToArray();
        }

        return new RequestCounts(rows);
    }

    internal long In(AnswerKind kind, int bucket) => rows[(int)kind]?[bucket] ?? 0;

    private static long[]? Sum(long[]? one, long[]? other)
    {
        if (one is null || other is null)
            return one ?? other;
        var sum = new long[LatencyBuckets.Count];
        for (var i = 0; i < sum.Length; i++)
            sum[i] = one[i] + other[i];
        return sum;
    }
}
