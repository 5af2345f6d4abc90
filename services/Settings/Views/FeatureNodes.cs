using ModelServing.Features.Definitions;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Views;

/// <summary>Reads the features and expressions of a view's file.</summary>
internal sealed class FeatureNodes(ViewNodes nodes)
{
    private static readonly IReadOnlyList<ViewKey> Keys = [.. ViewKeys.Kinds, .. ViewKeys.Options];

    internal IEnumerable<FeatureDefinition> ReadFeatures(SettingsNode? node)
    {
        foreach (var entry in nodes.ReadNamed(node, "features", "a map from names to features", null).Entries)
        {
            if (ReadFeature(entry) is { } feature)
                yield return feature;
        }
    }

    internal IEnumerable<FeatureDefinition> ReadExpressions(SettingsNode? node)
    {
        foreach (var entry in nodes.ReadNamed(node, "expressions", "a map from names to expressions", null).Entries)
        {
            var path = ViewNodes.Join("expressions", entry.Key);
            var map = entry.Value is SettingsNode.Mapping
                ? nodes.ReadMap(entry.Value, path, ViewKeys.ExpressionOptions, entry.Position)
                : null;
            var text = map is null
                ? nodes.ReadText(entry.Value, path, "an expression, or a map with the keys value and default")
                : nodes.ReadText(map["value"], path + ".value", "an expression");
            if (text is not null)
            {
                yield return new ExpressionFeature
                {
                    Name = entry.Key,
                    Expression = text,
                    Default = nodes.ReadNumber(map?["default"], path + ".default"),
                };
            }
            else if (entry.Value is SettingsNode.Empty)
            {
                nodes.AddFault(path, "the expression is missing; write one such as amount / mean_amount_7d", entry.Value.Position);
            }
        }
    }

    private FeatureDefinition? ReadFeature(MappingEntry entry)
    {
        var path = ViewNodes.Join("features", entry.Key);
        if (entry.Value is SettingsNode.Faulty)
            return null;
        if (entry.Value is not SettingsNode.Mapping)
        {
            nodes.AddFault(
                path, $"this is {entry.Value.Kind}; it must be a map such as {{ count: payments, window: 1d }}", entry.Value.Position);
            return null;
        }

        var map = nodes.ReadMap(entry.Value, path, Keys, entry.Position);
        var kinds = ViewKeys.Kinds.Where(kind => map[kind.Name] is not null).ToList();
        if (kinds.Count != 1)
        {
            // A key that is not known may be the one that says what the feature is, and then it has a fault already.
            if (kinds.Count > 1 || map.Entries.All(static one => Keys.Any(key => key.Name == one.Key)))
            {
                nodes.AddFault(
                    path,
                    kinds.Count == 0
                        ? $"nothing says what the feature is; add one of {ViewNodes.Names(ViewKeys.Kinds)}"
                        : $"it has {string.Join(" and ", kinds.Select(static kind => kind.Name))}; a feature has only one of them",
                    entry.Position);
            }

            return null;
        }

        return kinds[0].Name == ViewKeys.Ratio
            ? ReadRatio(entry.Key, path, map)
            : ReadWindow(entry, Enum.Parse<Aggregation>(kinds[0].Name, ignoreCase: true), path, map);
    }

    private RatioFeature? ReadRatio(string name, string path, SettingsNode.Mapping map)
    {
        foreach (var option in map.Entries.Where(static one => one.Key is "window" or "hop" or "delay" or "where"))
            nodes.AddFault(ViewNodes.Join(path, option.Key), "a ratio has none; its two features have their own", option.Position);
        var parts = map[ViewKeys.Ratio];
        if (parts is SettingsNode.Sequence { Items: [SettingsNode.Scalar dividend, SettingsNode.Scalar divisor] })
        {
            return new RatioFeature
            {
                Name = name,
                Dividend = dividend.Text,
                Divisor = divisor.Text,
                Default = nodes.ReadNumber(map["default"], path + ".default"),
            };
        }

        if (parts is not SettingsNode.Faulty)
            nodes.AddFault(path + ".ratio", "it must be a list of two features, such as [count_1d, count_30d]", parts!.Position);
        return null;
    }

    // The longest hop of at least a second that divides the window into 12 parts or more.
    private static TimeSpan? Divisor(TimeSpan window)
    {
        var milliseconds = (long)window.TotalMilliseconds;
        var parts = Enumerable.Range(HopLadder.LeastTiles, 500)
            .FirstOrDefault(parts => milliseconds % parts == 0 && milliseconds / parts >= 1000);
        return parts == 0 ? null : window / parts;
    }

    private WindowFeature? ReadWindow(MappingEntry entry, Aggregation aggregation, string path, SettingsNode.Mapping map)
    {
        var kind = aggregation.ToString().ToLowerInvariant();
        var of = nodes.ReadText(map[kind], ViewNodes.Join(path, kind), "a source, or SOURCE.FIELD");
        if (map["window"] is null or SettingsNode.Empty)
            nodes.AddFault(path, "the window is missing; add one such as window: 7d", entry.Position);
        var window = nodes.ReadDuration(map["window"], path + ".window");
        var hop = nodes.ReadDuration(map["hop"], path + ".hop");
        var delay = nodes.ReadDuration(map["delay"], path + ".delay");
        if (window is not null && map["hop"] is null && (hop = HopLadder.Find(window.Value)) is null)
        {
            nodes.AddFault(
                path + ".window",
                $"{DurationText.Write(window.Value)} has no default hop; " + (Divisor(window.Value) is { } divisor
                    ? $"add a hop that divides it, such as hop: {DurationText.Write(divisor)}"
                    : "write a window that can be divided, such as 1h"),
                map["window"]!.Position);
        }

        if (of is null || window is null || hop is null)
            return null;
        var parts = of.Split('.', 2);
        return new WindowFeature
        {
            Name = entry.Key,
            Aggregation = aggregation,
            Source = parts[0],
            Field = parts.ElementAtOrDefault(1),
            Where = nodes.ReadText(map["where"], path + ".where", "a condition such as amount > 100"),
            Window = window.Value,
            Hop = hop.Value,
            Delay = delay ?? TimeSpan.Zero,
            Default = nodes.ReadNumber(map["default"], path + ".default"),
        };
    }
}
