using ModelServing.Features.Definitions;
using ModelServing.Features.Engine.Columns;
using ModelServing.Features.Engine.Plan;
using ModelServing.Features.Engine.Scan;

namespace ModelServing.Features.Engine;

/// <summary>Reads features from states: from decoded ones, whose tiles are in memory, and from encoded ones.</summary>
internal static class FeatureReader
{
    [ThreadStatic]
    private static RegisterUnion? unionOfThread;

    internal static void Read(EnginePlan plan, EntityState? state, Instant time, ReadOnlySpan<double> request, Span<FeatureValue> values)
    {
        var status = OutputValues.StatusAt(plan, state?.Newest ?? -1, time.Microseconds);
        if (status == FeatureStatus.Present)
            ReadWindows(plan, state!, time.Microseconds, values);
        else
            Default(plan, status, values);
        OutputValues.Derive(plan, time, request, values);
    }

    /// <summary>Reads features from what a scan added up.</summary>
    internal static void Read(
        EnginePlan plan, FeatureStatus status, ScanMemory memory, Instant time, ReadOnlySpan<double> request, Span<FeatureValue> values)
    {
        if (status == FeatureStatus.Present)
            ReadWindows(plan, memory, values);
        else
            Default(plan, status, values);
        OutputValues.Derive(plan, time, request, values);
    }

    private static void Default(EnginePlan plan, FeatureStatus status, Span<FeatureValue> values)
    {
        for (var i = 0; i < plan.Outputs.Count; i++)
        {
            if (plan.Outputs[i].Window is not null)
                values[i] = OutputValues.DefaultFor(plan.Outputs[i], status);
        }
    }

    private static void ReadWindows(EnginePlan plan, ScanMemory memory, Span<FeatureValue> values)
    {
        foreach (ref readonly var one in plan.Scan.Outputs.AsSpan())
        {
            values[one.Index] = one.Window.Aggregation == Aggregation.Distinct
                ? FeatureValue.From(FeatureStatus.Present, memory.Unions[one.Figure].Estimate())
                : OutputValues.From(
                    one.Window, one.Output, in memory.Figures[one.Figure], one.Count < 0 ? 0 : memory.Figures[one.Count].Number);
        }
    }

    private static void ReadWindows(EnginePlan plan, EntityState state, long time, Span<FeatureValue> values)
    {
        // The first tile of each window and the one after its last; features with the same window share them.
        Span<(int From, int To)> ranges = stackalloc (int, int)[plan.FrameCount];
        for (var i = 0; i < plan.Groups.Count; i++)
        {
            var group = plan.Groups[i];
            for (var frame = 0; frame < group.Frames.Count; frame++)
            {
                var from = state.Groups[i].Find(group.Frames[frame].First(time, group.Hop));
                ranges[group.FirstFrame + frame] =
                    (from, Math.Max(from, state.Groups[i].Find(group.Frames[frame].End(time, group.Hop))));
            }
        }

        for (var i = 0; i < plan.Outputs.Count; i++)
        {
            var output = plan.Outputs[i];
            if (output.Window is not { } window)
                continue;
            var group = state.Groups[window.Group];
            var (from, to) = ranges[plan.Groups[window.Group].FirstFrame + window.Frame];
            values[i] = OutputValues.From(
                window,
                output,
                FigureOf(window.Aggregation, group[window.Column], from, to),
                window.CountColumn < 0 ? 0 : Count(group[window.CountColumn], from, to));
        }
    }

    private static WindowFigure FigureOf(Aggregation aggregation, TileColumn column, int from, int to) => aggregation switch
    {
        Aggregation.Count => new() { Number = Count(column, from, to) },
        Aggregation.Distinct => new() { Number = Distinct(column, from, to) },
        Aggregation.Sum or Aggregation.Mean => new() { Wide = Sum(column, from, to) },
        Aggregation.Last => new() { Value = Latest(column, from, to) },
        _ => new() { Value = Extreme(column, from, to) },
    };

    private static long Count(TileColumn column, int from, int to)
    {
        var count = 0L;
        foreach (var tile in ((CountColumn)column).Range(from, to))
            count += tile;
        return count;
    }

    private static Int128 Sum(TileColumn column, int from, int to)
    {
        Int128 sum = 0;
        foreach (var tile in ((SumColumn)column).Range(from, to))
            sum += tile;
        return sum;
    }

    private static Extreme Extreme(TileColumn column, int from, int to)
    {
        var extremes = (ExtremeColumn)column;
        var extreme = default(Extreme);
        foreach (var tile in extremes.Range(from, to))
            extreme = Columns.Extreme.Merge(extreme, tile, extremes.IsMax);
        return extreme;
    }

    private static Extreme Latest(TileColumn column, int from, int to)
    {
        // Every event of a later tile is later.
        var tiles = ((LatestColumn)column).Range(from, to);
        for (var i = tiles.Length - 1; i >= 0; i--)
        {
            if (tiles[i].Exists)
                return new Extreme(true, tiles[i].Value);
        }

        return default;
    }

    private static long Distinct(TileColumn column, int from, int to)
    {
        var union = unionOfThread ??= new RegisterUnion();
        try
        {
            foreach (var sketch in ((DistinctColumn)column).Range(from, to))
                sketch?.MergeInto(union);
            return union.Estimate();
        }
        finally
        {
            union.Clear();
        }
    }
}
