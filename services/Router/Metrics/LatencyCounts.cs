using System.Numerics;

namespace ModelServing.Router.Metrics;

/// <summary>Counts of latencies in buckets from 0.05 ms to ten minutes. Each is 19% wider than the one before it, so the middle of a bucket
/// is within 10% of every latency in it.</summary>
internal sealed class LatencyCounts
{
    /// <summary>The number of buckets.</summary>
    internal const int Count = 96;

    private const double LowestMilliseconds = 0.05;
    private const long LowestTicks = TimeSpan.TicksPerMillisecond / 20;
    private const int PerDoubling = 4;

    // A bucket has the latencies from its own edge to the next one's. Bucket 0 has no edge.
    private static readonly long[] Edges =
        [.. Enumerable.Range(0, Count).Select(static i => (long)Math.Ceiling(LowestTicks * Math.Pow(2, (double)(i - 1) / PerDoubling)))];

    private readonly int[] counts = new int[Count];
    private long total;

    /// <summary>The bucket of a latency.</summary>
    internal static int BucketOf(TimeSpan latency)
    {
        var ticks = latency.Ticks;
        if (ticks < LowestTicks)
            return 0;
        // A logarithm of floating point would take longer than the rest of a request's counting.
        var bucket = Math.Min(1 + (PerDoubling * BitOperations.Log2((ulong)(ticks / LowestTicks))), Count - 1);
        while (bucket < Count - 1 && ticks >= Edges[bucket + 1])
            bucket++;
        return bucket;
    }

    /// <summary>Counts a latency by its bucket.</summary>
    internal void Add(int bucket)
    {
        counts[bucket]++;
        total++;
    }

    /// <summary>Adds the count of a bucket.</summary>
    internal void Add(int bucket, int count)
    {
        counts[bucket] += count;
        total += count;
    }

    /// <summary>The buckets that have latencies, and their counts.</summary>
    internal IEnumerable<(int Bucket, int Count)> Counted() => counts.Index().Where(static pair => pair.Item > 0);

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
