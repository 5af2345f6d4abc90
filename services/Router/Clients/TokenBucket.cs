using ModelServing.Contracts;

namespace ModelServing.Router.Clients;

/// <summary>
/// A token bucket in one number: the time at which it will be full again (the "theoretical arrival time" of GCRA). Requests of many
/// threads take from it without a lock.
/// </summary>
/// <remarks>
/// Not System.Threading.RateLimiting's: that one reads the system's clock, which no test can set, and refills a bucket that stood full as
/// if it had stood empty, so that the first burst is one longer than the limit says. Any time t lets through at most burst + rate * t.
/// </remarks>
internal sealed class TokenBucket
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly TimeProvider time;
    private readonly long began;
    private readonly long interval;
    private readonly long capacity;

    // Nanoseconds since the bucket was made.
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

    /// <summary>Whether nothing is taken from it, so that it is as good as a new one.</summary>
    internal bool IsFull => Volatile.Read(ref fullAt) <= Now;

    private long Now => (long)(time.GetElapsedTime(began).Ticks * (NanosecondsPerSecond / TimeSpan.TicksPerSecond));

    /// <summary>Takes one request from it, if there is one.</summary>
    /// <param name="remaining">How many are left.</param>
    /// <param name="next">When there will be one more.</param>
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
