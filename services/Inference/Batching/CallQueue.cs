namespace ModelServing.Inference.Batching;

/// <summary>The calls that wait for a turn at the model. <see cref="RunGate"/> guards it.</summary>
/// <param name="limit">The number of calls that may wait.</param>
internal sealed class CallQueue(int limit)
{
    private readonly List<GroupTurns> groups = [];
    private int count;

    /// <summary>How many calls wait.</summary>
    internal int Count => Volatile.Read(ref count);

    /// <summary>The groups with calls that wait.</summary>
    internal List<GroupTurns> Groups => groups;

    /// <summary>Whether one more call of a group may wait. Pinned requests have half of the queue.</summary>
    internal bool HasRoom(GroupTurns group) => count < limit && (!group.IsPinned || group.Waiting.Count < limit / 2);

    /// <summary>Finds the newest call of the group with the most calls, which makes room for one of another group; null for none. The other
    /// group must have fewer calls afterwards, or two groups would push each other out for ever.</summary>
    internal QueuedCall? FindVictim(GroupTurns group)
    {
        if (count == 0 || (group.IsPinned && group.Waiting.Count >= limit / 2))
            return null;
        var most = group;
        foreach (var other in groups)
        {
            if (other.Requests > most.Requests)
                most = other;
        }

        return most.Requests > group.Requests + 1 ? most.Waiting.Last!.Value : null;
    }

    /// <summary>Finds the group that gets the next turn: it leads the fewest, or its last turn began longest ago. Null if none may have
    /// one.</summary>
    internal GroupTurns? FindNext(RunGate gate)
    {
        GroupTurns? next = null;
        foreach (var group in groups)
        {
            if (gate.MayBegin(group) && (next is null || (group.Held, group.LastTurn).CompareTo((next.Held, next.LastTurn)) < 0))
                next = group;
        }

        return next;
    }

    internal void Add(QueuedCall call, GroupTurns group)
    {
        BeginToWait(group);
        call.Place = group.Waiting.AddLast(call);
    }

    internal void AddFirst(QueuedCall call, GroupTurns group)
    {
        BeginToWait(group);
        call.Place = group.Waiting.AddFirst(call);
    }

    internal void Remove(QueuedCall call, GroupTurns group)
    {
        group.Waiting.Remove(call.Place!);
        call.Place = null;
        count--;
        if (group.Waiting.Count > 0)
            return;
        groups.Remove(group);
        group.IsEmpty();
    }

    /// <summary>Takes a call out, because it gets its turn.</summary>
    internal void Take(QueuedCall call, GroupTurns group, long now)
    {
        group.Takes(now);
        Remove(call, group);
    }

    /// <summary>Takes out the calls whose callers no longer wait.</summary>
    internal List<QueuedCall> TakeOver(long now)
    {
        List<QueuedCall> over = [];
        for (var i = groups.Count - 1; i >= 0; i--)
        {
            var group = groups[i];
            for (var node = group.Waiting.First; node is not null;)
            {
                var call = node.Value;
                node = node.Next;
                if (!call.IsOver(now))
                    continue;
                over.Add(call);
                Remove(call, group);
            }
        }

        return over;
    }

    private void BeginToWait(GroupTurns group)
    {
        if (group.Waiting.Count == 0)
            groups.Add(group);
        count++;
    }
}
