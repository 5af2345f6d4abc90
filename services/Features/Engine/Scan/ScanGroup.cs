using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine.Scan;

/// <summary>A group of tiles as a scan reads it.</summary>
/// <param name="plan">The group.</param>
/// <param name="columns">Its columns, in the order of their figures in a tile.</param>
/// <param name="maxTiles">The most tiles of a state.</param>
internal sealed class ScanGroup(GroupPlan plan, ScanColumn[] columns, int maxTiles)
{
    private TileScan? tiles;

    internal GroupPlan Plan => plan;

    /// <summary>The length of a tile in microseconds.</summary>
    internal long Hop { get; } = plan.Hop;

    internal ScanColumn[] Columns { get; } = columns;

    /// <summary>The windows.</summary>
    internal FramePlan[] Frames { get; } = [.. plan.Frames];

    /// <summary>The number of windows in the groups before this one.</summary>
    internal int FirstFrame { get; } = plan.FirstFrame;

    internal int MaxTiles => maxTiles;

    /// <summary>Reads its tiles. It is made when it is needed, because not every program reads encoded states.</summary>
    internal TileScan Tiles => tiles ??= TileScan.Create(Columns);
}
