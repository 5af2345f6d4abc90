using ModelServing.Contracts;

namespace ModelServing.Clients;

/// <summary>
/// A token bucket in one number: the time at which it will be full again (the "theoretical arrival time" of GCRA). Many threads may take
/// from it without a lock.
/// </summary>
/// <remarks>
/// Not the one of System.Threading.RateLimiting: that one reads the system's clock, which a test cannot set, and refills a full bucket as
/// if it were empty, so the first burst exceeds the limit by one. This one admits at most burst + rate * t requests in any time t.
/// </remarks>
internal sealed class TokenBucket
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly TimeProvider time;
    private readonly long began;
    private readonly long interval;
    private readonly long capacity;

    // Nanoseconds since the bucket was created.
    private long fullAt;

    internal TokenBucket(ClientLimit limit, TimeProvider time)
    {
        this.time = time;
        Limit = limit;
        began = time.GetTimestamp();
        interval = Math.Max(1, (long)(NanosecondsPerSecond / limit.RequestsPerSecond));
        capacity = interval * limit.Burst;
    }

    internal ClientLimit Limit { get; }

    /// <summary>Whether the bucket is full, and so in the state of a new one.</summary>
    internal bool IsFull => Volatile.Read(ref fullAt) <= Now;

    private long Now => (long)(time.GetElapsedTime(began).Ticks * (NanosecondsPerSecond / TimeSpan.TicksPerSecond));

    /// <summary>Takes a token for one request; false if the bucket has none.</summary>
    /// <param name="remaining">How many tokens are left.</param>
    /// <param name="next">The time until there is one more.</param>
    internal bool TryTake(out int remaining, out TimeSpan next)
    {
        while (true)
        {
            var (now, before) = (Now, Volatile.Read(ref fullAt));
            var after = Math.Max(before, now) + interval;
            var missing = after - now;
            if (missing > capacity)
            {
                (remaining, next) = (0, FromNanoseconds(missing - capacity));
                return false;
            }

            if (Interlocked.CompareExchange(ref fullAt, after, before) != before)
                continue;
            var left = capacity - missing;
            remaining = (int)(left / interval);
            next = FromNanoseconds(interval - (left % interval));
            return true;
        }
    }

    private static TimeSpan FromNanoseconds(long nanoseconds) => new((nanoseconds + 99) / 100);
}
