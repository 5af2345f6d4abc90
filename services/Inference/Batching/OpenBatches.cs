namespace ModelServing.Inference.Batching;

/// <summary>The batches whose run has not begun, which calls may still join. <see cref="RunGate"/> guards it.</summary>
/// <param name="groups">The groups of callers, by index.</param>
/// <param name="queue">The calls that wait.</param>
internal sealed class OpenBatches(GroupTurns[] groups, CallQueue queue)
{
    // Large calls at the head of a queue must not hide small ones behind them, and a search must be short.
    private const int MostSearched = 64;

    private readonly List<Batch> open = [];
    private readonly UsedTime used = new(groups);
    private long turns;

    internal bool Any => open.Count > 0;

    /// <summary>A call of the group begins to wait.</summary>
    internal void Comes(GroupTurns group) => used.Comes(group);

    /// <summary>Begins a batch with a call that has a turn, and takes it out of the queue. The batch takes others that wait, each time from
    /// the group that has used least of the model's time, so that none fills the batch while others wait.</summary>
    internal Batch Begin(QueuedCall lead, GroupTurns group, long now)
    {
        used.Leads(group, queue.Groups);
        Take(lead, group, now);
        var batch = new Batch(lead);
        while (!batch.IsFull)
        {
            GroupTurns? next = null;
            foreach (var other in queue.Groups)
            {
                if (other.Unfit != batch
                    && (next is null || (other.Used, other.LastTurn).CompareTo((next.Used, next.LastTurn)) < 0))
                {
                    next = other;
                }
            }

            if (next is null)
            {
                open.Add(batch);
                return batch;
            }

            if (FindFit(batch, next, now) is not { } call)
            {
                next.Unfit = batch;
                continue;
            }

            Take(call, next, now);
            batch.Add(call);
        }

        return batch;
    }

    /// <summary>Adds a new call to a batch; false if it fits none.</summary>
    internal bool TryJoin(QueuedCall call, GroupTurns group, long now)
    {
        foreach (var batch in open)
        {
            if (!Fits(call, group, batch, now))
                continue;
            Take(call, group, now);
            batch.Add(call);
            if (batch.IsFull)
                open.Remove(batch);
            return true;
        }

        return false;
    }

    /// <summary>No call joins the batch any more.</summary>
    internal void Close(Batch batch) => open.Remove(batch);

    /// <summary>The turn of a batch has ended.</summary>
    internal void Ended(Batch batch, long now) => used.Ended(batch, now);

    private void Take(QueuedCall call, GroupTurns group, long now)
    {
        group.LastTurn = ++turns;
        used.Pays(call, group);
        if (call.Place is not null)
            queue.Take(call, group, now);
    }

    private bool Fits(QueuedCall call, GroupTurns group, Batch batch, long now)
    {
        if (!batch.HasRoomFor(call))
            return false;
        var lead = groups[batch.Lead.Caller.Index];
        return (lead == group || (!lead.IsPinned && !group.IsPinned && lead.SharesFrom <= now && group.SharesFrom <= now))
            && call.Fits(batch.Lead);
    }

    private QueuedCall? FindFit(Batch batch, GroupTurns group, long now)
    {
        var node = group.Waiting.First;
        for (var searched = 0; node is not null && searched < MostSearched; searched++, node = node.Next)
        {
            if (Fits(node.Value, group, batch, now))
                return node.Value;
        }

        return null;
    }
}
