namespace ModelServing.Inference.Batching;

/// <summary>How much of the model's time each group of callers has used, so that the next turn is for one that has used little. A call
/// pays for its rows when it gets its turn, by what a row usually takes, and the difference once its run has ended. So a group whose calls
/// are long gets as much time as one whose calls are short, and not as many calls. <see cref="RunGate"/> guards it.</summary>
/// <remarks>A group that comes back begins where the others are (start-time fair queueing; Goyal, Vin and Cheng, 1996): otherwise what it
/// did not use before would keep the others from their turns.</remarks>
/// <param name="groups">The groups of callers, by index.</param>
internal sealed class UsedTime(GroupTurns[] groups)
{
    // Of the last run in the mean.
    private const double Weight = 0.1;

    // The least that a waiting group has used.
    private double reached;
    private double ofRow;

    /// <summary>A call of the group has come.</summary>
    internal void Comes(GroupTurns group)
    {
        if (group.Waiting.Count == 0)
            group.Used = Math.Max(group.Used, reached);
    }

    /// <summary>A call of the group leads a batch. It has not paid yet.</summary>
    /// <param name="group">Whose turn it is.</param>
    /// <param name="waiting">The groups with calls that wait.</param>
    internal void Leads(GroupTurns group, List<GroupTurns> waiting)
    {
        Comes(group);
        var least = group.UsedByFirst;
        foreach (var other in waiting)
            least = Math.Min(least, other.UsedByFirst);
        reached = Math.Max(reached, least);
    }

    /// <summary>A call gets its turn, or its part of one. If it waited, it still has its place.</summary>
    internal void Pays(QueuedCall call, GroupTurns group)
    {
        Comes(group);
        call.Paid = ofRow * call.Rows;
        group.Used += call.Paid;
        if (group.Waiting.First is { } first && first != call.Place)
            group.Overtook += call.Paid;
    }

    /// <summary>A turn has ended.</summary>
    internal void Ended(Batch batch, long now)
    {
        var one = (double)(now - batch.Began) / Math.Max(1, batch.Rows);
        foreach (var call in batch.Calls)
            groups[call.Caller.Index].Used += (one * call.Rows) - call.Paid;
        ofRow = ofRow > 0 ? ofRow + (Weight * (one - ofRow)) : one;
    }
}
