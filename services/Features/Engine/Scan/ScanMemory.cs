using ModelServing.Features.Engine.Columns;
using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine.Scan;

/// <summary>The memory of a scan, which is used again by the next one.</summary>
internal sealed class ScanMemory(EnginePlan plan)
{
    // The first tile of each window, and the one after its last.
    private readonly (long From, long End)[] frames = new (long, long)[plan.FrameCount];

    // The windows that the current tile is in.
    private readonly bool[] live = new bool[plan.FrameCount];
    private readonly ushort[] list = new ushort[DistinctSketch.MaxListed];
    private readonly byte[] array = new byte[DistinctSketch.Registers];
    private byte[] bytes = [];

    // The first tile to which an event may still be added.
    private long firstOpen;

    internal EventTail Tail { get; } = new(plan.Definition.Tail);

    /// <summary>What each column of a group adds up to since the windows changed.</summary>
    internal WindowFigure[] Cells { get; } = new WindowFigure[plan.Scan.MostColumns];

    /// <summary>For each column of sketches, the short lists since the windows changed.</summary>
    internal SketchLists?[] Lists { get; } = [.. Enumerable.Range(0, plan.Scan.MostColumns).Select(column =>
        plan.Scan.Groups.Any(group => column < group.Columns.Length && group.Columns[column].Kind == ColumnKind.Distinct)
            ? new SketchLists()
            : null)];

    internal WindowFigure[] Figures { get; } = new WindowFigure[plan.Scan.Figures];

    /// <summary>How the latest value of the current tile begins, if it has one.</summary>
    internal byte LatestForm { get; private set; }

    internal RegisterUnion[] Unions { get; } = [.. Enumerable.Range(0, plan.Scan.Unions).Select(static _ => new RegisterUnion())];

    /// <summary>Copies bytes to where more bytes follow than a tile can have. What these are does not matter.</summary>
    internal Span<byte> Copy(ReadOnlySpan<byte> source)
    {
        if (bytes.Length < source.Length + plan.Scan.MaxTileBytes)
            bytes = new byte[2 * (source.Length + plan.Scan.MaxTileBytes)];
        source.CopyTo(bytes);
        return bytes.AsSpan(0, source.Length);
    }

    /// <summary>Finds the windows of a group.</summary>
    /// <param name="group">Whose tiles are read.</param>
    /// <param name="time">The time of reading; null if no figures are needed.</param>
    /// <param name="openFrom">The time before which tiles are closed.</param>
    internal void FindFrames(ScanGroup group, long? time, long openFrom)
    {
        firstOpen = group.Plan.TileAt(openFrom);
        for (var i = 0; i < group.Frames.Length; i++)
            frames[group.FirstFrame + i] = time is { } at ? group.Frames[i].Range(at, group.Hop) : (0, 0);
    }

    /// <summary>Finds the windows that a tile is in, and whether it is closed. If it is in others than the tiles before it, the figures of
    /// those are added to their windows first.</summary>
    /// <param name="group">Whose tiles are read.</param>
    /// <param name="number">The number of the tile.</param>
    /// <returns>The first later tile of which something else is true.</returns>
    internal long MoveTo(ScanGroup group, long number)
    {
        var isClosed = number < firstOpen;
        LatestForm = isClosed ? LatestColumn.WithoutEvent : LatestColumn.WithEvent;
        var change = isClosed ? firstOpen : long.MaxValue;
        var own = LiveOf(group);
        var ranges = frames.AsSpan(group.FirstFrame, own.Length);
        var differs = false;
        for (var i = 0; i < own.Length; i++)
        {
            var (from, end) = ranges[i];
            differs |= own[i] != (number >= from && number < end);
            if (number < from)
                change = Math.Min(change, from);
            else if (number < end)
                change = Math.Min(change, end);
        }

        if (!differs)
            return change;
        AddCells(group);
        for (var i = 0; i < own.Length; i++)
            own[i] = number >= ranges[i].From && number < ranges[i].End;
        return change;
    }

    /// <summary>Adds what the tiles since the windows changed add up to, to these windows.</summary>
    internal void AddCells(ScanGroup group)
    {
        var own = LiveOf(group);
        if (!own.Contains(true))
        {
            ClearCells();
            return;
        }

        for (var i = 0; i < group.Columns.Length; i++)
        {
            var (kind, targets) = group.Columns[i];
            if (kind == ColumnKind.Distinct)
            {
                AddLists(own, i, targets);
                continue;
            }

            ref var cell = ref Cells[i];
            foreach (var (frame, figure) in targets)
            {
                if (own[frame])
                    Figures[figure].Add(cell, kind);
            }

            cell = default;
        }
    }

    /// <summary>Adds a tile's sketch to the windows that the tile is in.</summary>
    /// <param name="group">Whose tiles are read.</param>
    /// <param name="column">The index of the sketch's column.</param>
    /// <param name="length">What the sketch begins with, not 0.</param>
    /// <param name="encoded">The rest of it.</param>
    /// <exception cref="FeatureStateException">The bytes are not a sketch.</exception>
    internal void AddSketch(ScanGroup group, int column, int length, ReadOnlySpan<byte> encoded)
    {
        var own = LiveOf(group);
        AddLists(own, column, group.Columns[column].Targets);
        var isList = DistinctSketch.IsList(length);
        if (isList)
            DistinctSketch.ReadList(encoded, list.AsSpan(0, length));
        else
            DistinctSketch.ReadArray(encoded, array);
        foreach (var (frame, union) in group.Columns[column].Targets)
        {
            if (!own[frame])
                continue;
            if (isList)
                Unions[union].AddList(list.AsSpan(0, length));
            else
                Unions[union].AddArray(array);
        }
    }

    private Span<bool> LiveOf(ScanGroup group) => live.AsSpan(group.FirstFrame, group.Frames.Length);

    private void AddLists(ReadOnlySpan<bool> own, int column, ScanTarget[] targets)
    {
        var lists = Lists[column]!;
        foreach (var (frame, union) in targets)
        {
            if (own[frame])
                Unions[union].AddList(lists.Items);
        }

        lists.Clear();
    }

    /// <summary>Forgets what was added up.</summary>
    internal void Clear()
    {
        Array.Clear(Figures);
        ClearCells();
        foreach (var union in Unions)
            union.Clear();
    }

    private void ClearCells()
    {
        Array.Clear(Cells);
        foreach (var lists in Lists)
            lists?.Clear();
    }
}
