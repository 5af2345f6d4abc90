namespace ModelServing.Router.Endpoints;

/// <summary>
/// How many retries a model's requests may make: a token bucket that the requests themselves fill. Each request brings
/// <see cref="RequestShare"/> of a token and one of a variant beside stable a whole one more; time brings <see cref="PerSecond"/>. At
/// most <see cref="Burst"/> are kept.
/// </summary>
/// <remarks>
/// So stable, which has to be able to take all traffic, may get from retries what the other variants have of it anyway, and a tenth of
/// all on top; what the budget forbids is a storm: more than <see cref="Burst"/> requests that fail in one moment.
/// The bucket starts full. A full one is only read by a request, which is what it nearly always is.
/// </remarks>
internal sealed class RetryBudget
{
    /// <summary>Tokens that each second brings, whatever the traffic.</summary>
    internal const int PerSecond = 10;

    /// <summary>The most tokens that are kept.</summary>
    internal const int Burst = 1000;

    /// <summary>The part of a token that a request brings.</summary>
    internal const double RequestShare = 0.1;

    // In ticks of the time that brings as much, so that no part of a token is lost however often it is asked.
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

    /// <summary>Takes a token for a retry; false when there is none.</summary>
    internal bool TryTake()
    {
        lock (refilling)
        {
            var now = time.GetTimestamp();
            var brought = time.GetElapsedTime(refilled, now).Ticks;
            refilled = now;
            while (true)
            {
                var before = Volatile.Read(ref balance);
                var there = Math.Min(Full, before + brought);
                var left = there < Token ? there : there - Token;
                if (Interlocked.CompareExchange(ref balance, left, before) == before)
                    return there >= Token;
            }
        }
    }
}
