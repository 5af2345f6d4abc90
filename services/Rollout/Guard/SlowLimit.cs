using ModelServing.Contracts;

namespace ModelServing.Rollout.Guard;

/// <summary>
/// The time above which an answer is slow if the rollout gives no <c>slowerThan</c>: <see cref="Factor"/> times the 95th percentile of
/// stable's own recent answers, and never below <see cref="Floor"/>. It is set before each period begins, from the periods before it, and
/// holds for both variants. So what is counted in a period can't change the limit by which it is counted: of two equal versions, each
/// answer is slow with the same probability, which is all that the evidence needs.
/// </summary>
/// <remarks>The past fades: a period counts half as much about seven minutes later. A time without answers does not fade it.</remarks>
public sealed class SlowLimit(TimeProvider time)
{
    /// <summary>An answer is slow if it takes this many times as long as 95% of stable's answers.</summary>
    public const double Factor = 3;

    /// <summary>Without this many recent answers of stable, there is no limit, and no answer is slow.</summary>
    public const int FewestAnswers = 100;

    /// <summary>The smallest limit. A version below it harms no caller, however fast stable is.</summary>
    public static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(10);

    /// <summary>The length of a period.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private const double Quantile = 0.95;
    private const double Fading = 1 - (1.0 / 60);

    private readonly Lock setting = new();
    private readonly int[] present = new int[LatencyBuckets.Count];
    private readonly double[] past = new double[LatencyBuckets.Count];
    private readonly long length = (long)(Period.TotalSeconds * time.TimestampFrequency);
    private long ends = time.GetTimestamp() + (long)(Period.TotalSeconds * time.TimestampFrequency);
    private long limit;

    /// <summary>The current limit; null while stable has had too few answers.</summary>
    public TimeSpan? Current
    {
        get
        {
            EndPeriod();
            return Volatile.Read(ref limit) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;
        }
    }

    /// <summary>Counts a good answer of stable. Any number of threads may do so at the same time.</summary>
    /// <param name="latency">How long it took.</param>
    public void Answered(TimeSpan latency)
    {
        EndPeriod();
        Interlocked.Increment(ref present[LatencyBuckets.IndexOf(latency)]);
    }

    private void EndPeriod()
    {
        var now = time.GetTimestamp();
        if (now < Volatile.Read(ref ends))
            return;
        lock (setting)
        {
            if (now < ends)
                return;
            var counts = new int[present.Length];
            var any = false;
            for (var i = 0; i < counts.Length; i++)
                any |= (counts[i] = Interlocked.Exchange(ref present[i], 0)) > 0;
            if (any)
                Set(counts);
            Volatile.Write(ref ends, now + length);
        }
    }

    private void Set(int[] counts)
    {
        var sum = 0.0;
        for (var i = 0; i < past.Length; i++)
            sum += past[i] = (past[i] * Fading) + counts[i];
        if (sum < FewestAnswers)
            return;
        var rest = sum * Quantile;
        var bucket = 0;
        while (bucket < past.Length - 1 && (rest -= past[bucket]) > 0)
            bucket++;
        Volatile.Write(ref limit, Math.Max(Floor.Ticks, (long)(Factor * LatencyBuckets.UpperEdge(bucket).Ticks)));
    }
}
