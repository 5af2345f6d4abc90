using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine.Scan;

/// <summary>What a scan of an encoded state adds up: a figure for each pair of a window and a column that a feature uses.</summary>
internal sealed class ScanPlan
{
    private readonly Dictionary<(int Group, int Frame, int Column), int> places = [];

    internal ScanPlan(EnginePlan plan)
    {
        Outputs =
        [
            .. plan.Outputs.Index().Where(static output => output.Item.Window is not null).Select(output =>
            {
                var window = output.Item.Window!;
                return new ScanOutput(
                    output.Index, window, output.Item, Place(plan, window, window.Column), Place(plan, window, window.CountColumn));
            }),
        ];
        Groups = [.. plan.Groups.Select((group, index) => new ScanGroup(
            group, [.. group.Columns.Select((column, place) => new ScanColumn(column.Kind, TargetsOf(index, place)))],
            group.MaxTiles(plan.ReadReach)))];
        MostColumns = Groups.Select(static group => group.Columns.Length).DefaultIfEmpty().Max();
        MaxTileBytes = StateWriter.MaxVarint
            + plan.Groups.Select(static group => group.CreateColumns().Sum(static column => column.MaxBytes)).DefaultIfEmpty().Max();
    }

    /// <summary>The groups of tiles.</summary>
    internal ScanGroup[] Groups { get; }

    /// <summary>The features of windows.</summary>
    internal ScanOutput[] Outputs { get; }

    /// <summary>The most columns of a group.</summary>
    internal int MostColumns { get; }

    /// <summary>The most bytes of a tile.</summary>
    internal int MaxTileBytes { get; }

    /// <summary>The number of figures.</summary>
    internal int Figures { get; private set; }

    /// <summary>The number of unions of sketches.</summary>
    internal int Unions { get; private set; }

    private ScanTarget[] TargetsOf(int group, int column) =>
    [
        .. places.Where(used => used.Key.Group == group && used.Key.Column == column)
            .Select(static used => new ScanTarget(used.Key.Frame, used.Value)),
    ];

    private int Place(EnginePlan plan, WindowPlan window, int column)
    {
        if (column < 0)
            return -1;
        var key = (window.Group, window.Frame, column);
        if (!places.TryGetValue(key, out var place))
        {
            place = plan.Groups[window.Group].Columns[column].Kind == ColumnKind.Distinct ? Unions++ : Figures++;
            places.Add(key, place);
        }

        return place;
    }
}
