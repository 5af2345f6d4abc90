namespace ModelServing.Inference.Models;

/// <summary>How much of the process's processor time the runs of the model take, and so how many turns are enough for them. Where reading
/// and answering requests takes more, one run at a time for two processors keeps up, and its batches are larger.</summary>
/// <param name="turns">The number of runs that may go on at a time.</param>
/// <param name="time">Measures the periods.</param>
internal sealed class RunShare(int turns, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    // A process that is nearly idle tells nothing.
    private const double LeastBusy = 0.2;

    private readonly Lock measuring = new();
    private long ran;
    private long ranBefore;
    private long nextAt;
    private TimeSpan usedBefore;
    private int wanted;

    /// <summary>The turns that are enough; all of them, until there is a measurement.</summary>
    internal int Wanted => Volatile.Read(ref wanted) is > 0 and var some ? some : turns;

    /// <summary>The model has run.</summary>
    internal void Ran(TimeSpan elapsed)
    {
        Interlocked.Add(ref ran, elapsed.Ticks);
        if (time.GetTimestamp() < Volatile.Read(ref nextAt) || !measuring.TryEnter())
            return;
        try
        {
            Measure(time.GetTimestamp());
        }
        finally
        {
            measuring.Exit();
        }
    }

    private void Measure(long now)
    {
        var (used, all) = (Environment.CpuUsage.TotalTime, Volatile.Read(ref ran));
        var since = nextAt == 0 ? TimeSpan.MaxValue : Period + time.GetElapsedTime(nextAt, now);
        if (used - usedBefore > LeastBusy * since)
            Volatile.Write(ref wanted, TurnsFor((double)(all - ranBefore) / (used - usedBefore).Ticks));
        (usedBefore, ranBefore) = (used, all);
        Volatile.Write(ref nextAt, now + (long)(Period.TotalSeconds * time.TimestampFrequency));
    }

    /// <summary>The turns for runs that take this share of the processor time.</summary>
    internal int TurnsFor(double share) => Math.Clamp((int)Math.Ceiling(share * turns), 1, turns);
}
