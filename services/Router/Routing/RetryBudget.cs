namespace ModelServing.Router.Routing;

/// <summary>
/// The number of retries that a model's requests may make: a token bucket that the requests themselves fill. Each request adds
/// <see cref="RequestShare"/> of a token, a request to a variant beside stable one token more, and each second adds
/// <see cref="PerSecond"/>. The bucket holds at most <see cref="Burst"/>.
/// </summary>
/// <remarks>
/// So retries may bring stable the share of the other variants and a tenth of all requests on top, which stable must be able to take
/// anyway. The budget prevents a storm: more than <see cref="Burst"/> requests that fail in one moment.
/// The bucket starts full. A request only reads a full bucket, and it is nearly always full.
/// </remarks>
internal sealed class RetryBudget
{
    /// <summary>Tokens that each second adds, whatever the traffic.</summary>
    internal const int PerSecond = 10;

    /// <summary>The most tokens that the bucket holds.</summary>
    internal const int Burst = 1000;

    /// <summary>The part of a token that a request adds.</summary>
    internal const double RequestShare = 0.1;

    // A token in ticks of the time that adds one, so that frequent refills lose no part of a token.
    private const long Token = TimeSpan.TicksPerSecond / PerSecond;
    private const long Full = Burst * Token;
    private const long OfRequest = (long)(RequestShare * Token);

    private readonly TimeProvider time;
    private readonly Lock refilling = new();
    private long balance = Full;
    private long refilled;

    internal RetryBudget(TimeProvider time)
    {
        this.time = time;
        refilled = time.GetTimestamp();
    }

    /// <summary>Counts a request that was assigned to a variant.</summary>
    internal void Add(bool isStable)
    {
        if (Volatile.Read(ref balance) < Full)
            Interlocked.Add(ref balance, isStable ? OfRequest : OfRequest + Token);
    }

    /// <summary>Takes a token for a retry; false if the budget is empty.</summary>
    internal bool TryTake()
    {
        lock (refilling)
        {
            var now = time.GetTimestamp();
            var added = time.GetElapsedTime(refilled, now).Ticks;
            refilled = now;
            while (true)
            {
                var before = Volatile.Read(ref balance);
                var available = Math.Min(Full, before + added);
                var left = available < Token ? available : available - Token;
                if (Interlocked.CompareExchange(ref balance, left, before) == before)
                    return available >= Token;
            }
        }
    }
}
