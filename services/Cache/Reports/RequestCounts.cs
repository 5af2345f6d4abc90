namespace ModelServing.Cache.Reports;

/// <summary>How many requests were answered in which way and how fast: a histogram of latencies for each <see cref="AnswerKind"/>. An
/// immutable value; those of several processes add up exactly, in whatever order.</summary>
public sealed class RequestCounts : IEquatable<RequestCounts>
{
    /// <summary>How many kinds of answer there are.</summary>
    public const int Kinds = 4;

    // A kind's row is null where it is all zeros, so equal counts have equal rows.
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

    /// <summary>Those of no request.</summary>
    public static RequestCounts None { get; } = new(new long[]?[Kinds]);

    /// <summary>All requests.</summary>
    public long Requests => Count(AnswerKind.Answered) + Count(AnswerKind.NonFinite) + Count(AnswerKind.ClientError) + Count(AnswerKind.Failed);

    /// <summary>The requests that say something of the version: all but those that were themselves at fault.</summary>
    public long Telling => Requests - Count(AnswerKind.ClientError);

    /// <summary>The requests that were answered in a way.</summary>
    public long Count(AnswerKind kind) => rows[(int)kind]?.Sum() ?? 0;

    /// <summary>The counts of the one and the other.</summary>
    public static RequestCounts operator +(RequestCounts one, RequestCounts other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        var sum = new long[]?[Kinds];
        for (var kind = 0; kind < Kinds; kind++)
            sum[kind] = Sum(one.rows[kind], other.rows[kind]);
        return new RequestCounts(sum);
    }

    /// <summary>The counts of the one and the other.</summary>
    public static RequestCounts Add(RequestCounts one, RequestCounts other) => one + other;

    /// <summary>The latency that a share of the requests of <see cref="Telling"/> did not exceed: the upper edge of a bucket, so at most
    /// 3.2% too long and never too short. Null where there is none.</summary>
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

    /// <inheritdoc/>
    public bool Equals(RequestCounts? other)
    {
        for (var kind = 0; kind < Kinds; kind++)
        {
            if (!rows[kind].AsSpan().SequenceEqual(other is null ? [-1] : other.rows[kind]))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RequestCounts);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Requests, Count(AnswerKind.Failed), Latency(0.5));

    /// <summary>Those of a count for each kind and bucket, kind by kind.</summary>
    /// <param name="counts">As many as <see cref="Kinds"/> times <see cref="LatencyBuckets.Count"/>; none is below 0.</param>
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

    /// <summary>The requests of a kind in a bucket.</summary>
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
