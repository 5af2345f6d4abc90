namespace ModelServing.Router.Metrics;

/// <summary>Counts of first attempts in one period.</summary>
internal sealed class AttemptCounts
{
    internal LatencyCounts Latencies { get; } = new();

    internal long Requests { get; private set; }

    internal long Errors { get; private set; }

    internal long Refused { get; private set; }

    /// <summary>Counts an attempt.</summary>
    /// <param name="kind">How it ended.</param>
    /// <param name="bucket">The bucket of its latency (<see cref="LatencyCounts.BucketOf"/>); null if the version had no part in
    /// it.</param>
    internal void Add(AttemptKind kind, int? bucket)
    {
        Requests++;
        if (kind == AttemptKind.Failed)
            Errors++;
        else if (kind == AttemptKind.Refused)
            Refused++;
        if (bucket is { } measured)
            Latencies.Add(measured);
    }

    /// <summary>Adds attempts without their latencies.</summary>
    internal void Add(long requests, long errors, long refused)
    {
        Requests += requests;
        Errors += errors;
        Refused += refused;
    }

    internal void Add(AttemptCounts other)
    {
        Add(other.Requests, other.Errors, other.Refused);
        Latencies.Add(other.Latencies);
    }

    internal void Clear()
    {
        (Requests, Errors, Refused) = (0, 0, 0);
        Latencies.Clear();
    }
}
