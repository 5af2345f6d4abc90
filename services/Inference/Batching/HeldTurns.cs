namespace ModelServing.Inference.Batching;

/// <summary>The turns that calls have now, and how long a new call would wait for one. <see cref="RunGate"/> guards it.</summary>
/// <param name="groups">The groups of callers, by index.</param>
/// <param name="concurrency">The number of runs that may go on at a time.</param>
internal sealed class HeldTurns(GroupTurns[] groups, int concurrency)
{
    // In the order in which they began.
    private readonly List<Batch> batches = [];
    private long ended;

    internal void Begin(Batch batch, long now)
    {
        batch.Began = now;
        batches.Add(batch);
    }

    internal void End(Batch batch, long now)
    {
        batches.Remove(batch);
        ended++;
        // Also a group whose calls only join the batches of others must know how long their runs take.
        foreach (var call in batch.Calls)
        {
            var group = groups[call.Caller.Index];
            if (group.LastEnded != ended)
                group.TurnTook(now - batch.Began, batch.Rows);
            group.LastEnded = ended;
        }
    }

    /// <summary>Some calls have ended, or their time has.</summary>
    internal void Measure(ReadOnlySpan<QueuedCall> calls, long now)
    {
        foreach (var call in calls)
            call.Measure(groups[call.Caller.Index].Margin, now);
    }

    /// <summary>Some calls waited, and have no time left for a turn.</summary>
    internal void MeasureLate(List<QueuedCall> calls)
    {
        foreach (var call in calls)
            call.MeasureLate(groups[call.Caller.Index].Margin);
    }

    /// <summary>How long a call would take if it came now.</summary>
    /// <param name="group">The call's group.</param>
    /// <param name="rows">The call's rows.</param>
    /// <param name="now">The time.</param>
    internal Forecast Forecast(GroupTurns group, int rows, long now) =>
        new(now, UntilOneEnds(group, now) + group.Wait, group.RunOf(rows));

    // The time after which one of them is free for the group, by how long turns of its holder usually take. One that takes longer than
    // usual may end at any time.
    private long UntilOneEnds(GroupTurns group, long now)
    {
        var first = long.MaxValue;
        foreach (var batch in batches)
        {
            var holder = GroupOf(batch);
            // If one group has all turns, the others soon get another one.
            if (holder != group && holder.Held >= concurrency)
                return 0;
            // Either they have turns of their own, or only a part of all turns.
            if (holder.IsPinned == group.IsPinned)
                first = Math.Min(first, batch.Began + holder.UsualTurn - now);
        }

        return first == long.MaxValue ? 0 : Math.Max(0, first);
    }

    private GroupTurns GroupOf(Batch batch) => groups[batch.Lead.Caller.Index];
}
