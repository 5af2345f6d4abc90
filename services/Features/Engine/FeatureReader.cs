using ModelServing.Features.Definitions;
using ModelServing.Features.Engine.Columns;
using ModelServing.Features.Engine.Plan;
using ModelServing.Features.Events;

namespace ModelServing.Features.Engine;

/// <summary>Reads features from states.</summary>
internal static class FeatureReader
{
    private const int MostOnStack = 512;

    // All 0 between two unions, so that a small one costs little.
    [ThreadStatic]
    private static byte[]? registers;

    [ThreadStatic]
    private static ushort[]? usedRegisters;

    internal static void Read(EnginePlan plan, EntityState? state, Instant time, ReadOnlySpan<double> request, Span<FeatureValue> values)
    {
        var status = StatusAt(plan, state, time.Microseconds);
        var inputs = 1 + plan.Request.Length + plan.Outputs.Count;
        var numbers = inputs <= MostOnStack ? stackalloc double[inputs] : new double[inputs];
        numbers[0] = time.Microseconds;
        for (var i = 0; i < plan.Request.Length; i++)
            numbers[1 + i] = request.IsEmpty ? double.NaN : Convert(request[i], plan.Request[i]);
        ReadWindows(plan, status == FeatureStatus.Present ? state : null, time.Microseconds, status, values);

        for (var i = 0; i < plan.Outputs.Count; i++)
        {
            var output = plan.Outputs[i];
            if (output.Ratio is { } ratio)
                values[i] = Divide(output, values[ratio.Dividend], values[ratio.Divisor]);
            else if (output.Expression is not null)
                values[i] = Evaluate(plan, output, numbers, values);
            numbers[1 + plan.Request.Length + i] = values[i].AsDouble;
        }
    }

    private static void ReadWindows(EnginePlan plan, EntityState? state, long time, FeatureStatus status, Span<FeatureValue> values)
    {
        // The first tile of each window and the one after its last; features with the same window share them.
        Span<(int From, int To)> ranges = stackalloc (int, int)[plan.FrameCount];
        for (var i = 0; i < plan.Groups.Count && state is not null; i++)
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
            values[i] = state is null
                ? DefaultFor(output, status)
                : Read(window, output, state.Groups[window.Group], ranges[plan.Groups[window.Group].FirstFrame + window.Frame]);
        }
    }

    internal static FeatureStatus StatusAt(EnginePlan plan, EntityState? state, long time)
    {
        // Before that, tiles that the window needs may have been removed.
        if (state is null || state.Newest < 0 || time < state.Newest - plan.ReadReach)
            return FeatureStatus.Missing;
        return time - state.Newest > plan.TimeToLive ? FeatureStatus.Expired : FeatureStatus.Present;
    }

    private static FeatureValue DefaultFor(OutputPlan output, FeatureStatus status) =>
        status == FeatureStatus.Expired ? output.Expired : output.Missing;

    private static FeatureValue Read(WindowPlan window, OutputPlan output, TileGroup group, (int From, int To) range)
    {
        var (from, to) = range;
        var column = group[window.Column];
        switch (window.Aggregation)
        {
            case Aggregation.Count:
                return FeatureValue.From(FeatureStatus.Present, Count(column, from, to));
            case Aggregation.Distinct:
                return FeatureValue.From(FeatureStatus.Present, Distinct(column, from, to));
            case Aggregation.Sum:
                return FeatureValue.From(FeatureStatus.Present, ExactRatio.ToDouble(Sum(column, from, to), (UInt128)window.Unit));
            case Aggregation.Mean:
                var count = Count(group[window.CountColumn], from, to);
                return count <= 0 ? output.Missing : FeatureValue.From(
                    FeatureStatus.Present, ExactRatio.ToDouble(Sum(column, from, to), (UInt128)window.Unit * (UInt128)count));
            case Aggregation.Last:
                return Latest(column, from, to) is { } latest ? Present(window, latest) : output.Missing;
            default:
                var extreme = Extreme(column, from, to);
                return extreme.Exists ? Present(window, extreme.Value) : output.Missing;
        }
    }

    private static FeatureValue Present(WindowPlan window, long steps) => window.IsWhole
        ? FeatureValue.From(FeatureStatus.Present, steps)
        : FeatureValue.From(FeatureStatus.Present, ExactRatio.ToDouble(steps, (UInt128)window.Unit));

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
            extreme = extremes.Merge(extreme, tile);
        return extreme;
    }

    private static long? Latest(TileColumn column, int from, int to)
    {
        // Every event of a later tile is later.
        var tiles = ((LatestColumn)column).Range(from, to);
        for (var i = tiles.Length - 1; i >= 0; i--)
        {
            if (tiles[i].Exists)
                return tiles[i].Value;
        }

        return null;
    }

    private static long Distinct(TileColumn column, int from, int to)
    {
        var union = new RegisterUnion(
            registers ??= new byte[DistinctSketch.Registers], usedRegisters ??= new ushort[DistinctSketch.Registers]);
        try
        {
            foreach (var sketch in ((DistinctColumn)column).Range(from, to))
                sketch?.MergeInto(ref union);
            return union.Estimate();
        }
        finally
        {
            union.Clear();
        }
    }

    private static FeatureValue Divide(OutputPlan output, FeatureValue dividend, FeatureValue divisor)
    {
        var status = Worse(dividend.Status, divisor.Status);
        return status != FeatureStatus.Present ? DefaultFor(output, status)
            : divisor.AsDouble == 0 ? output.Missing
            : FeatureValue.From(FeatureStatus.Present, dividend.AsDouble / divisor.AsDouble);
    }

    // The status is the worst of the inputs'. A value that is computed from their defaults is still a value.
    private static FeatureValue Evaluate(
        EnginePlan plan, OutputPlan output, ReadOnlySpan<double> numbers, ReadOnlySpan<FeatureValue> values)
    {
        var status = FeatureStatus.Present;
        foreach (var input in output.Inputs)
        {
            var feature = input - 1 - plan.Request.Length;
            if (feature >= 0)
                status = Worse(status, values[feature].Status);
            else if (double.IsNaN(numbers[input]))
                status = Worse(status, FeatureStatus.Missing);
        }

        var value = output.Expression!.Evaluate(numbers, default);
        return double.IsFinite(value) ? FeatureValue.From(status, value) : DefaultFor(output, status);
    }

    private static FeatureStatus Worse(FeatureStatus left, FeatureStatus right) => left > right ? left : right;

    // A request's number may come through a float, whose decimal places are not those that the client wrote.
    private static double Convert(double value, FieldType type) => type.Kind switch
    {
        FieldKind.Bool => double.IsNaN(value) ? value : value == 0 ? 0 : 1,
        FieldKind.Decimal => Math.Abs(value) * type.Unit < Instant.MaxMicroseconds ? Math.Round(value * type.Unit) / type.Unit : value,
        _ => value,
    };
}
