using ModelServing.Features.Definitions;
using ModelServing.Features.Engine.Scan;
using ModelServing.Features.Expressions;

namespace ModelServing.Features.Engine.Plan;

/// <summary>A definition in the form in which it is computed: columns of tiles that features share, and how each value is read from
/// them.</summary>
internal sealed class EnginePlan
{
    // The clocks of two machines differ a little, so a reader may be somewhat before an event that is not late.
    private const long ClockDifference = 60_000_000;

    internal EnginePlan(ViewDefinition definition)
    {
        Definition = definition;
        Lateness = Microseconds(definition.Lateness);
        TimeToLive = Microseconds(definition.TimeToLive);
        ReadReach = Lateness + ClockDifference;
        Sources = [.. definition.Sources.Select(source => new SourcePlan(definition, source))];
        foreach (var feature in definition.Features)
            Outputs.Add(Plan(feature));
        foreach (var group in Groups)
        {
            group.FirstFrame = FrameCount;
            FrameCount += group.Frames.Count;
        }

        HasDerived = Outputs.Exists(static output => output.Window is null);
        Request = [.. definition.Request.Select(static value => value.Type)];
        Scan = new ScanPlan(this);
    }

    internal ViewDefinition Definition { get; }

    internal long Lateness { get; }

    internal long TimeToLive { get; }

    /// <summary>How far before the newest event a reader may be.</summary>
    internal long ReadReach { get; }

    internal SourcePlan[] Sources { get; }

    internal List<GroupPlan> Groups { get; } = [];

    internal List<OutputPlan> Outputs { get; } = [];

    /// <summary>Whether there are features that are computed from others.</summary>
    internal bool HasDerived { get; }

    internal FieldType[] Request { get; }

    /// <summary>The number of different windows.</summary>
    internal int FrameCount { get; }

    /// <summary>How an encoded state is read in one pass.</summary>
    internal ScanPlan Scan { get; }

    /// <summary>The most bytes of an encoded state.</summary>
    internal long MaxStateBytes => StateCodec.HeaderBytes + EventTail.MaxBytes(Definition.Tail) + Groups.Sum(MaxBytes);

    /// <summary>The most bytes of the tiles of a group.</summary>
    internal long MaxBytes(GroupPlan group) => StateWriter.MaxVarint +
        group.MaxTiles(ReadReach) * (StateWriter.MaxVarint + group.CreateColumns().Sum(static column => (long)column.MaxBytes));

    internal SourcePlan? FindSource(string name)
    {
        foreach (var source in Sources)
        {
            if (source.Name == name)
                return source;
        }

        return null;
    }

    private OutputPlan Plan(FeatureDefinition feature)
    {
        if (feature is WindowFeature window)
        {
            var plan = Plan(window);
            return WithDefault(plan.IsWhole, feature.Default ?? (OutputTypes.HasZero(window) ? 0 : double.NaN)) with { Window = plan };
        }

        var output = WithDefault(isWhole: false, feature.Default ?? double.NaN);
        if (feature is RatioFeature ratio)
            return output with { Ratio = (IndexOf(ratio.Dividend), IndexOf(ratio.Divisor)) };
        var scope = Scopes.ForFeatures(Definition, feature.Name);
        var expression = Expression.Parse(((ExpressionFeature)feature).Expression, scope);
        return output with
        {
            Expression = expression,
            Inputs = [.. expression.Names.Select(name => scope[name].Index)],
        };
    }

    private WindowPlan Plan(WindowFeature feature)
    {
        var hop = Microseconds(feature.Hop);
        var groupIndex = Groups.FindIndex(group => group.Hop == hop);
        if (groupIndex < 0)
        {
            groupIndex = Groups.Count;
            Groups.Add(new GroupPlan(hop));
        }

        var group = Groups[groupIndex];
        var sourceIndex = Array.FindIndex(Sources, source => source.Name == feature.Source);
        var source = Sources[sourceIndex];
        var (field, condition) = (source.FindField(feature.Field), source.AddCondition(feature.Where));
        var kind = feature.Aggregation switch
        {
            Aggregation.Count => ColumnKind.Count,
            Aggregation.Sum or Aggregation.Mean => ColumnKind.Sum,
            Aggregation.Min => ColumnKind.Min,
            Aggregation.Max => ColumnKind.Max,
            Aggregation.Last => ColumnKind.Latest,
            _ => ColumnKind.Distinct,
        };
        var type = field < 0 ? (FieldType?)null : source.Fields[field].Type;
        return new WindowPlan(
            feature.Aggregation,
            groupIndex,
            group.Add(new FramePlan(feature.Window.Ticks / feature.Hop.Ticks, Microseconds(feature.Delay))),
            AddColumn(groupIndex, source, new ColumnPlan(kind, sourceIndex, field, condition)),
            feature.Aggregation == Aggregation.Mean
                ? AddColumn(groupIndex, source, new ColumnPlan(ColumnKind.Count, sourceIndex, field, condition))
                : -1,
            type?.Unit ?? 1,
            OutputTypes.IsWhole(feature, type));
    }

    private int AddColumn(int groupIndex, SourcePlan source, ColumnPlan column)
    {
        var index = Groups[groupIndex].Add(column);
        var use = new ColumnUse(groupIndex, index, column);
        if (!source.Columns.Contains(use))
            source.Columns.Add(use);
        return index;
    }

    private int IndexOf(string name) => Definition.Features.Select(static (feature, index) => (feature.Name, index))
        .First(pair => pair.Name == name).index;

    private static OutputPlan WithDefault(bool isWhole, double value) => isWhole
        ? new OutputPlan(FeatureValue.From(FeatureStatus.Missing, (long)value), FeatureValue.From(FeatureStatus.Expired, (long)value))
        : new OutputPlan(FeatureValue.From(FeatureStatus.Missing, value), FeatureValue.From(FeatureStatus.Expired, value));

    private static long Microseconds(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;
}
