using System.Numerics;

namespace ModelServing.Router.Metrics;

/// <summary>The first attempts of one variant in the last hour, for <c>ms status</c>. It holds at most 45 KB.</summary>
/// <remarks>A request counts in the stripe of its processor. Every five seconds, and for a reader, the counts move from there to the
/// periods.</remarks>
internal sealed class RecentAttempts
{
    private const int MostStripes = 8;

    private static readonly int StripeMask =
        Math.Min(MostStripes, (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)) - 1;

    private readonly AttemptStripe?[] stripes = new AttemptStripe?[StripeMask + 1];
    private readonly Lock gate = new();
    private AttemptRing? minutes;
    private AttemptRing? lastMinute;
    private long requests;

    internal void Add(AttemptKind kind, TimeSpan? latency, TimeSpan now)
    {
        ref var own = ref stripes[Thread.GetCurrentProcessorId() & StripeMask];
        var stripe = Volatile.Read(ref own) ?? Create(ref own);
        var bucket = latency is { } measured ? LatencyCounts.BucketOf(measured) : (int?)null;
        var period = now.Ticks / AttemptHistory.Share.Ticks;
        lock (stripe.Gate)
        {
            if (stripe.Period != period)
            {
                Move(stripe);
                stripe.Period = period;
            }

            stripe.Counts.Add(kind, bucket);
        }
    }

    /// <summary>The attempts up to a time; null if there was none.</summary>
    internal AttemptHistory? Read(TimeSpan now)
    {
        for (var i = 0; i < stripes.Length; i++)
        {
            if (Volatile.Read(ref stripes[i]) is not { } stripe)
                continue;
            lock (stripe.Gate)
                Move(stripe);
        }

        lock (gate)
        {
            if (minutes is null || lastMinute is null)
                return null;
            var history = new AttemptHistory { Requests = requests };
            minutes.AddTo(history.ByMinute, now);
            lastMinute.AddTo(history.ByShare, now);
            return history;
        }
    }

    private static AttemptStripe Create(ref AttemptStripe? place)
    {
        var created = new AttemptStripe();
        return Interlocked.CompareExchange(ref place, created, null) ?? created;
    }

    // Called with the stripe's lock.
    private void Move(AttemptStripe stripe)
    {
        if (stripe.Counts.Requests == 0)
            return;
        var at = stripe.Period * AttemptHistory.Share;
        lock (gate)
        {
            requests += stripe.Counts.Requests;
            (minutes ??= new AttemptRing(AttemptHistory.Minute, AttemptHistory.Minutes)).Add(stripe.Counts, at);
            (lastMinute ??= new AttemptRing(AttemptHistory.Share, AttemptHistory.Shares)).Add(stripe.Counts, at);
        }

        stripe.Counts.Clear();
    }
}
