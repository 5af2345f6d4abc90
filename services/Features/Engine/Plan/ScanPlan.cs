namespace ModelServing.Features.Engine.Plan;

/// <summary>What a scan of an encoded state adds up: a figure for each pair of a window and a column that a feature uses.</summary>
internal sealed class ScanPlan
{
    private readonly Dictionary<(int Group, int Frame, int Column), int> places = [];

    internal ScanPlan(EnginePlan plan)
    {
        foreach (var output in plan.Outputs)
        {
            var window = output.Window;
            Outputs.Add(window is null ? (-1, -1) : (Place(plan, window, window.Column), Place(plan, window, window.CountColumn)));
        }

        Columns = [.. plan.Groups.Select((group, index) => group.Columns.Select((column, place) => new ScanColumn(
            column.Kind,
            [
                .. places.Where(used => used.Key.Group == index && used.Key.Column == place)
                    .Select(used => new ScanTarget(used.Key.Frame, used.Value)),
            ])).ToArray())];
        MaxTiles = [.. plan.Groups.Select(group => group.MaxTiles(plan.ReadReach))];
    }

    /// <summary>The columns of each group of tiles.</summary>
    internal ScanColumn[][] Columns { get; }

    /// <summary>The most tiles of each group.</summary>
    internal int[] MaxTiles { get; }

    /// <summary>The number of figures.</summary>
    internal int Figures { get; private set; }

    /// <summary>The number of unions of sketches.</summary>
    internal int Unions { get; private set; }

    /// <summary>The figure of each feature, and its number of values for a mean; -1 for none.</summary>
    internal List<(int Figure, int Count)> Outputs { get; } = [];

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
