using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine.Scan;

/// <summary>
/// Adds up the windows of an encoded state in one pass over its bytes, without decoding it into tiles first. It refuses what
/// <see cref="StateCodec"/> refuses.
/// </summary>
/// <remarks>
/// Nearly all of the time goes to the figures of tiles. So each costs as few instructions as possible:
/// <list type="bullet">
/// <item>The bytes are copied to where others follow, and only the end of each tile is checked.</item>
/// <item>Each sequence of columns has code of its own; see <see cref="TileScan"/>.</item>
/// <item>A figure is added once, however many windows its tile is in; see <see cref="ScanMemory.AddCells"/>.</item>
/// </list>
/// </remarks>
internal static class StateScan
{
    /// <param name="plan">The view.</param>
    /// <param name="bytes">The encoded state.</param>
    /// <param name="digest">The digest that it must have.</param>
    /// <param name="time">The time of reading.</param>
    /// <param name="memory">Empty memory. It receives the figures of the windows if the entity is present at that time.</param>
    /// <exception cref="FeatureStateException">The bytes are not a state of this view. Which of several faults it names is by
    /// chance.</exception>
    internal static StateHead Read(
        EnginePlan plan, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> digest, Instant time, ScanMemory memory)
    {
        var reader = new StateReader(bytes);
        var (sequence, newest, openFrom) = StateCodec.ReadHead(plan, digest, ref reader);
        var head = new StateHead(sequence, OutputValues.StatusAt(plan, newest, time.Microseconds));
        if (newest < 0)
        {
            StateCodec.RequireEnd(reader);
            return head;
        }

        memory.Tail.Read(newest - plan.Lateness, newest, ref reader);
        var groups = memory.Copy(bytes[^reader.Remaining..]);
        ref var at = ref MemoryMarshal.GetReference(groups);
        ref var end = ref Unsafe.Add(ref at, groups.Length);
        foreach (var group in plan.Scan.Groups)
        {
            // The defaults need no figures.
            memory.FindFrames(group, head.Status == FeatureStatus.Present ? time.Microseconds : null, openFrom);
            at = ref CellBytes.ReadCount(ref at, group.MaxTiles, out var tiles);
            var allowed = (group.Plan.FirstNeeded(newest - plan.ReadReach), group.Plan.TileAt(newest));
            at = ref group.Tiles.Read(ref at, ref end, (int)tiles, allowed, group, memory);
            if (Unsafe.IsAddressGreaterThan(ref at, ref end))
                CellBytes.Fail();
            if (tiles > 0)
                memory.AddCells(group);
        }

        if (!Unsafe.AreSame(ref at, ref end))
            CellBytes.Fail();
        return head;
    }
}
