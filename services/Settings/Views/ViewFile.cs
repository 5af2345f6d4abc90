using ModelServing.Features.Definitions;
using ModelServing.Settings.Schema;
using ModelServing.Settings.Yaml;

namespace ModelServing.Settings.Views;

/// <summary>Reads the file in which a data scientist defines a version of a view.</summary>
public static class ViewFile
{
    /// <summary>Reads a view's file.</summary>
    /// <param name="yaml">The text of the file.</param>
    /// <returns>The definition with its expressions in their canonical form, or every fault, in the order of the file.</returns>
    public static (ViewDefinition? View, IReadOnlyList<SettingsFault> Faults) Parse(string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        var faults = new List<SettingsFault>();
        if (YamlNodes.Read(yaml, faults) is not { } document)
        {
            // If a fault stopped the reading, the rest of the file is unknown.
            if (faults.Count == 0)
                faults.Add(new SettingsFault("", $"the file is empty; it must be {Form}", null));
            return (null, faults);
        }

        if (document is not SettingsNode.Mapping root)
            return (null, [new SettingsFault("", $"the file is {document.Kind}; it must be {Form}", document.Position)]);
        var nodes = new ViewNodes(faults);
        nodes.ReadMap(root, "", ViewKeys.Root, root.Position);
        var view = Read(nodes, root);
        // The rules are checked even if values have faults, so that one run shows as many as possible; but not a rule about a value that is
        // not known.
        foreach (var fault in ViewRules.Check(view))
        {
            var (path, position) = Find(root, fault.Path);
            var found = new SettingsFault(path, fault.Message, position);
            if (!IsCovered(faults, found))
                faults.Add(found);
        }

        return faults.Count == 0
            ? (view.ToCanonical(), faults)
            : (null, [.. faults.OrderBy(static fault => (fault.Position?.Line ?? 0, fault.Position?.Column ?? 0))]);
    }

    private static string Form => $"a map with the keys {ViewNodes.Names(ViewKeys.Root)}";

    private static ViewDefinition Read(ViewNodes nodes, SettingsNode.Mapping root)
    {
        var features = new FeatureNodes(nodes);
        return new ViewDefinition
        {
            View = ReadName(nodes, root["view"]),
            Version = nodes.ReadWhole(root["version"], "version", 1, ViewId.MaxVersion) ?? 1,
            Entity = nodes.ReadTypes(root["entity"], "entity"),
            Sources = [.. ReadSources(nodes, root["sources"])],
            Lateness = nodes.ReadDuration(root["lateness"], "lateness") ?? TimeSpan.Zero,
            TimeToLive = nodes.ReadDuration(root["ttl"], "ttl") ?? ViewRules.MaxDuration,
            Tail = nodes.ReadWhole(root["tail"], "tail", ViewRules.MinTail, ViewRules.MaxTail) ?? ViewDefinition.DefaultTail,
            Features = [.. features.ReadFeatures(root["features"]), .. features.ReadExpressions(root["expressions"])],
            Request = nodes.ReadTypes(root["request"], "request"),
        };
    }

    private static ViewName ReadName(ViewNodes nodes, SettingsNode? node)
    {
        var text = nodes.ReadText(node, "view", "a view's name");
        if (ViewName.TryParse(text, out var name))
            return name;
        if (text is not null)
            nodes.AddFault("view", $"'{Quoted.From(text)}' is not a view's name: {ViewName.Form}", node!.Position);
        return ViewName.Parse("view");
    }

    private static IEnumerable<SourceDefinition> ReadSources(ViewNodes nodes, SettingsNode? node)
    {
        foreach (var entry in nodes.ReadNamed(node, "sources", "a map from names to sources", null).Entries)
        {
            var path = ViewNodes.Join("sources", entry.Key);
            var source = nodes.ReadMap(entry.Value, path, ViewKeys.SourceOptions, entry.Position);
            yield return new SourceDefinition(entry.Key, nodes.ReadTypes(source["fields"], path + ".fields"));
        }
    }

    // A rule about something that could not be read repeats its fault, or follows from it.
    private static bool IsCovered(List<SettingsFault> faults, SettingsFault found) =>
        faults.Any(fault => fault.Path == found.Path || (fault.Position is not null && fault.Position == found.Position)) ||
        (faults.Count > 0 && found.Path is "features" or "entity" or "sources") ||
        (found.Message.Contains("there is no ", StringComparison.Ordinal) && faults.Any(static fault => IsNamed(fault.Path)));

    private static bool IsNamed(string path) =>
        path.StartsWith("features", StringComparison.Ordinal) || path.StartsWith("request", StringComparison.Ordinal) ||
        path.StartsWith("sources", StringComparison.Ordinal);

    // A rule names an expression among the features. The position is that of the innermost key that the file has.
    private static (string Path, TextPosition? Position) Find(SettingsNode.Mapping root, string path)
    {
        var keys = path.Split('.');
        if (keys is ["features", var name, ..] && (root["features"] as SettingsNode.Mapping)?[name] is null)
            keys[0] = "expressions";
        SettingsNode? node = root;
        var position = root.Position;
        foreach (var key in keys)
        {
            if (node is not SettingsNode.Mapping map || map.Entries.FirstOrDefault(entry => entry.Key == key) is not { } entry)
                break;
            node = entry.Value;
            position = entry.Position;
        }

        return (string.Join('.', keys), position);
    }
}
