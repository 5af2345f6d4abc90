using ModelServing.Features.Engine.Columns;
using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine;

/// <summary>The memory of a scan, which is used again by the next one.</summary>
internal sealed class ScanMemory(EnginePlan plan)
{
    internal EventTail Tail { get; } = new(plan.Definition.Tail);

    internal WindowFigure[] Figures { get; } = new WindowFigure[plan.Scan.Figures];

    internal RegisterUnion[] Unions { get; } = [.. Enumerable.Range(0, plan.Scan.Unions).Select(static _ => new RegisterUnion())];

    /// <summary>The first tile of each window, and the one after its last.</summary>
    internal (long From, long End)[] Frames { get; } = new (long, long)[plan.FrameCount];

    /// <summary>The windows that the current tile is in.</summary>
    internal bool[] Live { get; } = new bool[plan.FrameCount];

    internal ushort[] List { get; } = new ushort[DistinctSketch.MaxListed];

    internal byte[] Array { get; } = new byte[DistinctSketch.Registers];

    internal void Clear()
    {
        System.Array.Clear(Figures);
        foreach (var union in Unions)
            union.Clear();
    }
}
