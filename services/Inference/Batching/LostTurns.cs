namespace ModelServing.Inference.Batching;

/// <summary>The turns whose runs can't be ended. <see cref="RunGate"/> guards it, but for <see cref="AreNone"/>.</summary>
/// <param name="concurrency">The number of runs that may go on at a time.</param>
internal sealed class LostTurns(int concurrency)
{
    private int lost;

    /// <summary>The most turns of a version that pinned requests may have.</summary>
    internal int PinnedTurns { get; } = Math.Max(1, concurrency / 2);

    /// <summary>Whether pinned requests have a turn beside the others'.</summary>
    internal bool PinnedHaveOwnTurn => concurrency == 1;

    /// <summary>Whether a group can have every turn. Nearly always.</summary>
    internal bool AreNone(GroupTurns group) => Volatile.Read(ref lost) == 0 && group.Lost == 0;

    internal void Add(GroupTurns group, int change)
    {
        group.Lost += change;
        if (!group.IsPinned || !PinnedHaveOwnTurn)
            lost += change;
    }

    /// <summary>Whether they are all that a group could have.</summary>
    /// <param name="group">Whose turns are counted.</param>
    /// <param name="hasExtra">Whether the group has one more, because another one has all turns.</param>
    internal bool AreAllOf(GroupTurns group, bool hasExtra)
    {
        var areAll = lost > concurrency || (lost == concurrency && !hasExtra);
        return group.IsPinned ? group.Lost >= PinnedTurns || (!PinnedHaveOwnTurn && areAll) : areAll;
    }
}
