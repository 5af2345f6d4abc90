namespace ModelServing.Inference.Batching;

/// <summary>The turns whose runs can't be ended. <see cref="RunGate"/> guards it, but for <see cref="AreNone"/>.</summary>
/// <param name="concurrency">The number of runs that may go on at a time.</param>
/// <param name="pinnedTurns">The most turns that pinned requests may have.</param>
/// <param name="pinnedHaveOwnTurn">Whether they have a turn beside the others'.</param>
internal sealed class LostTurns(int concurrency, int pinnedTurns, bool pinnedHaveOwnTurn)
{
    private int lost;

    /// <summary>Whether a group can have every turn. Nearly always.</summary>
    internal bool AreNone(GroupTurns group) => Volatile.Read(ref lost) == 0 && group.Lost == 0;

    internal void Add(GroupTurns group, int change)
    {
        group.Lost += change;
        if (!group.IsPinned || !pinnedHaveOwnTurn)
            lost += change;
    }

    /// <summary>Whether they are all that a group could have.</summary>
    /// <param name="group">Whose turns are counted.</param>
    /// <param name="blocker">The group that has all turns, so that the others have one more; null for none.</param>
    internal bool AreAllOf(GroupTurns group, GroupTurns? blocker)
    {
        var areAll = lost > concurrency || (lost == concurrency && (blocker is null || blocker == group));
        return group.IsPinned ? group.Lost >= pinnedTurns || (!pinnedHaveOwnTurn && areAll) : areAll;
    }
}
