using ModelServing.Inference.Models;

namespace ModelServing.Inference.Batching;

/// <summary>A call of the model, as <see cref="RunGate"/> sees it: it waits for a turn, or shares that of another call.</summary>
/// <param name="caller">Whose call it is.</param>
/// <param name="deadline">The timestamp at which its time is over.</param>
/// <param name="left">Cancelled when its caller leaves.</param>
internal abstract class QueuedCall(CallerGroup caller, long deadline, CancellationToken left)
{
    // How many times as long as usual a run sometimes takes.
    private const double LongRun = 2;

    internal CallerGroup Caller => caller;

    /// <summary>The number of its rows.</summary>
    internal int Rows { get; private protected set; } = 1;

    /// <summary>The most rows of a batch with this call; 0 if it runs alone.</summary>
    internal int MostRows { get; private protected set; }

    /// <summary>The most calls of a batch with this call.</summary>
    internal int MostCalls { get; private protected set; } = int.MaxValue;

    /// <summary>Its place in the queue; null if it has none. The gate guards it.</summary>
    internal LinkedListNode<QueuedCall>? Place { get; set; }

    /// <summary>What it has paid for its turn so far, in the clock's units. <see cref="UsedTime"/> sets it.</summary>
    internal double Paid { get; set; }

    /// <summary>How long it was to wait, if it had no turn at once. The gate guards it.</summary>
    internal Forecast Forecast { get; set; }

    /// <summary>How long it has from now on, in the clock's units; negative if its time is over.</summary>
    internal long Left(long now) => deadline - now;

    internal bool IsLate(long now) => now >= deadline;

    /// <summary>Whether its turn would come too late, because it has waited longer than forecast. A refusal now helps its caller more than
    /// a late end, and its turn is for a call that ends in time.</summary>
    internal bool IsHopeless(long now)
    {
        var had = Left(Forecast.Began);
        // If the run alone takes longer, the version is too slow, and its callers should see that.
        return Forecast.Began != 0 && Forecast.Run <= had
            && Left(now) < Math.Max(Forecast.Run, Math.Min(Forecast.Run * LongRun, had / 2));
    }

    /// <summary>A call that waited for its turn has ended, or its time has. Then its group knows how good the forecast was.</summary>
    internal void Measure(WaitMargin margin, long now)
    {
        if (Forecast.Began != 0 && !left.IsCancellationRequested)
            margin.Ended(Forecast, now - Forecast.Began, Left(Forecast.Began));
    }

    /// <summary>A call that waited gets no turn any more.</summary>
    internal void MeasureLate(WaitMargin margin)
    {
        if (Forecast.Began != 0 && !left.IsCancellationRequested)
            margin.Ended(Forecast, Left(Forecast.Began) + 1, Left(Forecast.Began));
    }

    /// <summary>Whether its caller no longer waits for it.</summary>
    internal bool IsOver(long now) => now >= deadline || left.IsCancellationRequested;

    /// <summary>Whether it can be in a batch with <paramref name="lead"/>, if there is room for it.</summary>
    internal virtual bool Fits(QueuedCall lead) => false;

    /// <summary>It has a turn, and leads a batch. Others may join the batch until <see cref="RunGate.Close"/>.</summary>
    internal abstract void Begin(Batch batch);

    /// <summary>It gets no turn.</summary>
    internal abstract void Refuse(Turn why);
}
