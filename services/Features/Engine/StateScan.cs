using ModelServing.Features.Engine.Columns;
using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine;

/// <summary>Adds up the windows of an encoded state in one pass over its bytes, without decoding it into tiles first. It checks what
/// <see cref="StateCodec"/> checks, by the same methods.</summary>
internal static class StateScan
{
    /// <param name="plan">The view.</param>
    /// <param name="bytes">The encoded state.</param>
    /// <param name="digest">The digest that it must have.</param>
    /// <param name="time">The time of reading.</param>
    /// <param name="memory">Empty memory. It receives the figures of the windows if the entity is present at that time.</param>
    /// <exception cref="FeatureStateException">The bytes are not a state of this view.</exception>
    internal static StateHead Read(
        EnginePlan plan, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> digest, Instant time, ScanMemory memory)
    {
        var reader = new StateReader(bytes);
        var (sequence, newest) = StateCodec.ReadHead(digest, ref reader);
        var head = new StateHead(sequence, OutputValues.StatusAt(plan, newest, time.Microseconds));
        if (newest >= 0)
        {
            FindFrames(plan, head.Status, time.Microseconds, memory);
            memory.Tail.Read(newest - plan.Lateness, newest, ref reader);
            for (var group = 0; group < plan.Groups.Count; group++)
                ReadGroup(plan, group, newest, ref reader, memory);
        }

        StateCodec.RequireEnd(reader);
        return head;
    }

    private static void FindFrames(EnginePlan plan, FeatureStatus status, long time, ScanMemory memory)
    {
        foreach (var group in plan.Groups)
        {
            for (var i = 0; i < group.Frames.Count; i++)
            {
                // The defaults need no figures.
                memory.Frames[group.FirstFrame + i] = status == FeatureStatus.Present
                    ? (group.Frames[i].First(time, group.Hop), group.Frames[i].End(time, group.Hop))
                    : (0, 0);
            }
        }
    }

    // Nearly all of the time goes here. So the reader is a local variable, and no cell costs a call that can be avoided.
    private static void ReadGroup(EnginePlan plan, int index, long newest, ref StateReader source, ScanMemory memory)
    {
        var group = plan.Groups[index];
        var columns = plan.Scan.Columns[index];
        var allowed = (group.FirstNeeded(newest - plan.ReadReach), FramePlan.Floor(newest, group.Hop));
        var frames = memory.Frames.AsSpan(group.FirstFrame, group.Frames.Count);
        var live = memory.Live.AsSpan(group.FirstFrame, group.Frames.Count);
        var figures = memory.Figures.AsSpan();
        var reader = source;
        var tiles = (int)reader.ReadCount(plan.Scan.MaxTiles[index]);
        var number = 0L;
        for (var tile = 0; tile < tiles; tile++)
        {
            number = TileGroup.ReadNumber(tile == 0, number, allowed, ref reader);
            for (var i = 0; i < live.Length; i++)
                live[i] = number >= frames[i].From && number < frames[i].End;
            foreach (var column in columns)
            {
                switch (column.Kind)
                {
                    case ColumnKind.Count:
                        var count = CountColumn.Read(ref reader);
                        foreach (var target in column.Targets)
                        {
                            if (live[target.Frame])
                                figures[target.Figure].Number += count;
                        }

                        break;
                    case ColumnKind.Sum:
                        var sum = SumColumn.Read(ref reader);
                        foreach (var target in column.Targets)
                        {
                            if (live[target.Frame])
                                figures[target.Figure].Sum += sum;
                        }

                        break;
                    case ColumnKind.Distinct:
                        source = reader;
                        ReadSketch(column, live, ref source, memory);
                        reader = source;
                        break;
                    case ColumnKind.Latest:
                        // Every event of a later tile is later.
                        if (LatestColumn.Read(group.Hop, ref reader) is { Exists: true, Value: var latest })
                        {
                            foreach (var target in column.Targets)
                            {
                                if (live[target.Frame])
                                    figures[target.Figure].Value = new Extreme(true, latest);
                            }
                        }

                        break;
                    default:
                        var extreme = ExtremeColumn.Read(ref reader);
                        foreach (var target in column.Targets)
                        {
                            if (live[target.Frame])
                                figures[target.Figure].Raise(extreme, column.Kind == ColumnKind.Max);
                        }

                        break;
                }
            }
        }

        source = reader;
    }

    private static void ReadSketch(ScanColumn column, ReadOnlySpan<bool> live, ref StateReader reader, ScanMemory memory)
    {
        var length = DistinctSketch.ReadLength(ref reader);
        if (length == 0)
            return;
        if (!DistinctSketch.IsList(length))
        {
            DistinctSketch.ReadArray(ref reader, memory.Array);
            foreach (var (frame, union) in column.Targets)
            {
                if (live[frame])
                    memory.Unions[union].AddArray(memory.Array);
            }

            return;
        }

        var list = memory.List.AsSpan(0, length);
        DistinctSketch.ReadList(ref reader, list);
        foreach (var (frame, union) in column.Targets)
        {
            if (live[frame])
                memory.Unions[union].AddList(list);
        }
    }
}
