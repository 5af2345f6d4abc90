using ModelServing.Features.Engine.Columns;

namespace ModelServing.Features.Engine.Plan;

/// <summary>The tiles of one length, and the windows that are made of them.</summary>
/// <param name="hop">The length of a tile in microseconds.</param>
internal sealed class GroupPlan(long hop)
{
    internal long Hop => hop;

    internal List<ColumnPlan> Columns { get; } = [];

    internal List<FramePlan> Frames { get; } = [];

    /// <summary>The number of windows in the groups before this one.</summary>
    internal int FirstFrame { get; set; }

    internal int Add(ColumnPlan column) => IndexOrAdd(Columns, column);

    internal int Add(FramePlan frame) => IndexOrAdd(Frames, frame);

    /// <summary>The tile of a time.</summary>
    internal long TileAt(long time) => FramePlan.Floor(time, hop);

    /// <summary>The first tile that a reader at <paramref name="time"/> or later needs.</summary>
    internal long FirstNeeded(long time)
    {
        var first = long.MaxValue;
        foreach (var frame in Frames)
            first = Math.Min(first, frame.First(time, hop));
        return first;
    }

    /// <summary>The most tiles between the oldest that is needed and the newest.</summary>
    /// <param name="reach">How far before the newest event a reader may be.</param>
    internal int MaxTiles(long reach) => (int)Frames.Max(frame => frame.Tiles + (reach + frame.Delay + hop - 1) / hop + 2);

    internal TileColumn[] CreateColumns() => [.. Columns.Select(column => column.Create(hop))];

    private static int IndexOrAdd<T>(List<T> items, T item)
    {
        var index = items.IndexOf(item);
        if (index >= 0)
            return index;
        items.Add(item);
        return items.Count - 1;
    }
}
