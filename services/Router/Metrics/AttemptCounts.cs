namespace ModelServing.Router.Metrics;

/// <summary>Counts of first attempts in one period.</summary>
internal sealed class AttemptCounts
{
    internal LatencyCounts Latencies { get; } = new();

    internal long Requests { get; private set; }

    internal long Errors { get; private set; }

    internal long Refused { get; private set; }

    internal void Add(AttemptKind kind, TimeSpan? latency)
    {
        Requests++;
        if (kind == AttemptKind.Failed)
            Errors++;
        else if (kind == AttemptKind.Refused)
            Refused++;
        if (latency is { } measured)
            Latencies.Add(measured);
    }

    internal void Add(AttemptCounts other)
    {
        Requests += other.Requests;
        Errors += other.Errors;
        Refused += other.Refused;
        Latencies.Add(other.Latencies);
    }

    internal void Clear()
    {
        (Requests, Errors, Refused) = (0, 0, 0);
        Latencies.Clear();
    }
}
