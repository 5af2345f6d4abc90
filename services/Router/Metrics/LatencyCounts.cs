namespace ModelServing.Router.Metrics;

/// <summary>Counts of latencies in buckets from 0.05 ms to ten minutes. Each is 19% wider than the one before it, so the middle of a bucket
/// is within 10% of every latency in it.</summary>
internal sealed class LatencyCounts
{
    private const double LowestMilliseconds = 0.05;
    private const int PerDoubling = 4;
    private const int Count = 96;

    private readonly int[] counts = new int[Count];
    private long total;

    internal void Add(TimeSpan latency)
    {
        var position = Math.Log2(latency.TotalMilliseconds / LowestMilliseconds) * PerDoubling;
        counts[(int)Math.Clamp(position + 1, 0, Count - 1)]++;
        total++;
    }

    internal void Add(LatencyCounts other)
    {
        for (var i = 0; i < Count; i++)
            counts[i] += other.counts[i];
        total += other.total;
    }

    internal void Clear()
    {
        Array.Clear(counts);
        total = 0;
    }

    /// <summary>A quantile in milliseconds; null if there are no latencies.</summary>
    internal double? Quantile(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(share * total));
        long below = 0;
        for (var i = 0; i < Count; i++)
        {
            below += counts[i];
            if (below >= rank)
                return LowestMilliseconds * Math.Pow(2, (i - 0.5) / PerDoubling);
        }

        return null;
    }
}
