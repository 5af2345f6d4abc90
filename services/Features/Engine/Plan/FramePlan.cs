namespace ModelServing.Features.Engine.Plan;

/// <summary>The tiles of a window, from the time of reading.</summary>
/// <param name="Tiles">The length of the window in tiles.</param>
/// <param name="Delay">How long before the time of reading it ends, in microseconds.</param>
internal readonly record struct FramePlan(long Tiles, long Delay)
{
    /// <summary>The first tile of the window at a time.</summary>
    internal long First(long time, long hop) => Floor(time - Delay, hop) - Tiles;

    /// <summary>
    /// The tile after the last one. Without a delay, the tile of the time itself counts, with all events that were applied. With a delay it
    /// does not, because it may contain events after the window's end.
    /// </summary>
    internal long End(long time, long hop) => Floor(time - Delay, hop) + (Delay == 0 ? 1 : 0);

    /// <summary>Both of them.</summary>
    internal (long From, long End) Range(long time, long hop)
    {
        var last = Floor(time - Delay, hop);
        return (last - Tiles, last + (Delay == 0 ? 1 : 0));
    }

    internal static long Floor(long time, long hop) => time >= 0 ? time / hop : -((-time + hop - 1) / hop);
}
