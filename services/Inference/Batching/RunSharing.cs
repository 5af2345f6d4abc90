namespace ModelServing.Inference.Batching;

/// <summary>Decides whether a call that could have a turn of its own shares the next one instead. With short runs, most of a request's
/// processor time is its reading and answering. A few turns are then enough for all runs, and more of them would only make the batches
/// smaller, which costs time for each row. <see cref="RunGate"/> guards it.</summary>
/// <param name="wanted">Says how many turns are enough for the runs.</param>
/// <param name="patience">How long a call may wait without one of the turns beginning or ending, in the clock's units.</param>
internal sealed class RunSharing(Func<int> wanted, long patience)
{
    private long changed;

    /// <summary>A turn begins or ends.</summary>
    internal void Changed(long now) => changed = now;

    /// <summary>Whether the call waits for the next of the turns that are enough. A full batch does not.</summary>
    /// <param name="call">What has come, or waits first.</param>
    /// <param name="held">The turns that calls have.</param>
    /// <param name="waiting">The calls that wait, with this one.</param>
    /// <param name="now">The time.</param>
    internal bool Waits(QueuedCall call, int held, int waiting, long now) =>
        call.MostRows > 0 && held > 0 && waiting < Math.Min(call.MostRows, call.MostCalls)
        && !call.Caller.IsPinned && held >= wanted() && now - changed < patience;
}
