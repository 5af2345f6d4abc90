using System.Numerics;

namespace ModelServing.Contracts;

/// <summary>
/// The buckets of latency histograms. They are the same everywhere, so that counts of several processes add up exactly. Up to 63 µs, each
/// microsecond has its own bucket; above, each doubling is divided into <see cref="PerDoubling"/> buckets of equal width, as in
/// HdrHistogram. A bucket's upper edge is therefore never below a latency in it, and at most 3.2% above.
/// </summary>
public static class LatencyBuckets
{
    public const int PerDoubling = 1 << Bits;

    /// <summary>The number of buckets. The last one holds 71 minutes and everything above.</summary>
    public const int Count = PerDoubling + (MaxBits - Bits) * PerDoubling;

    private const int Bits = 5;
    private const int MaxBits = 32;
    private const long Longest = (1L << MaxBits) - 1;

    /// <summary>Returns the bucket of a latency, from 0.</summary>
    public static int IndexOf(TimeSpan latency)
    {
        // Rounded up, so that no latency is above its bucket's edge.
        var microseconds = Math.Clamp((latency.Ticks + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond, 0, Longest);
        if (microseconds < PerDoubling)
            return (int)microseconds;
        var shift = BitOperations.Log2((ulong)microseconds) - Bits;
        return (shift << Bits) + (int)(microseconds >> shift);
    }

    /// <summary>Returns the longest latency of a bucket, in whole microseconds.</summary>
    public static TimeSpan UpperEdge(int bucket)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bucket);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(bucket, Count);
        if (bucket < PerDoubling)
            return TimeSpan.FromMicroseconds(bucket);
        var shift = (bucket >> Bits) - 1;
        var part = bucket - (shift << Bits);
        return TimeSpan.FromMicroseconds(((part + 1L) << shift) - 1);
    }
}
