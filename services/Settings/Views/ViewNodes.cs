using System.Globalization;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Views;

/// <summary>Reads single values of a view's file. Every fault is added with its path and position.</summary>
/// <param name="faults">Gets the faults.</param>
internal sealed class ViewNodes(List<SettingsFault> faults)
{
    internal void AddFault(string path, string message, TextPosition? position) => faults.Add(new SettingsFault(path, message, position));

    /// <summary>A map whose keys are checked; an empty one if the value is missing or wrong.</summary>
    internal SettingsNode.Mapping ReadMap(SettingsNode? node, string path, IReadOnlyList<ViewKey> keys, TextPosition? position)
    {
        var map = ReadNamed(node, path, $"a map with the keys {Names(keys)}", position);
        foreach (var entry in map.Entries.Where(entry => keys.All(key => key.Name != entry.Key)))
        {
            var meant = NearestKey.Find(entry.Key, keys.Select(static key => key.Name));
            AddFault(
                Join(path, entry.Key),
                $"this key is unknown; {(meant is null ? $"expected one of {Names(keys)}" : $"did you mean '{meant}'?")}",
                entry.Position);
        }

        var missing = keys.Where(key => key.IsRequired && map[key.Name] is null or SettingsNode.Empty);
        foreach (var key in node is SettingsNode.Mapping ? missing : [])
            AddFault(Join(path, key.Name), $"missing: {key.Description}", map[key.Name]?.Position ?? map.Position);
        return map;
    }

    /// <summary>A map from names; an empty one if the value is missing or wrong.</summary>
    internal SettingsNode.Mapping ReadNamed(SettingsNode? node, string path, string form, TextPosition? position)
    {
        if (node is SettingsNode.Mapping map)
            return map;
        if (node is not (null or SettingsNode.Faulty or SettingsNode.Empty))
            AddFault(path, $"this is {node.Kind}; it must be {form}", node.Position);
        return new SettingsNode.Mapping([], node?.Position ?? position);
    }

    internal string? ReadText(SettingsNode? node, string path, string form)
    {
        if (node is SettingsNode.Scalar scalar)
            return scalar.Text;
        if (node is not (null or SettingsNode.Empty or SettingsNode.Faulty))
            AddFault(path, $"this is {node.Kind}; it must be {form}", node.Position);
        return null;
    }

    internal TimeSpan? ReadDuration(SettingsNode? node, string path)
    {
        if (ReadText(node, path, DurationText.Form) is not { } text)
            return null;
        if (DurationText.Read(text) is { } duration)
            return duration;
        AddFault(
            path,
            $"'{Quoted.From(text)}' is not a duration: {DurationText.Form}, up to {DurationText.Write(ViewRules.MaxDuration)}",
            node!.Position);
        return null;
    }

    internal int? ReadWhole(SettingsNode? node, string path, int least, int most)
    {
        if (ReadText(node, path, $"a whole number from {least} to {most}") is not { } text)
            return null;
        if (PlainNumber.Read(text)?.InSteps(0) is { } number && number >= least && number <= most)
            return (int)number;
        AddFault(path, $"'{Quoted.From(text)}' is not a whole number from {least} to {most} in plain digits", node!.Position);
        return null;
    }

    internal double? ReadNumber(SettingsNode? node, string path)
    {
        if (ReadText(node, path, "a number") is not { } text)
            return null;
        if (PlainNumber.Read(text) is not null)
            return double.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        AddFault(path, $"'{Quoted.From(text)}' is not a number in plain digits, such as 0 or -1.5", node!.Position);
        return null;
    }

    /// <summary>A map from names to types.</summary>
    internal List<NamedType> ReadTypes(SettingsNode? node, string path)
    {
        var types = new List<NamedType>();
        foreach (var entry in ReadNamed(node, path, "a map from names to types, such as amount: decimal(2)", null).Entries)
        {
            var text = ReadText(entry.Value, Join(path, entry.Key), $"a type: {FieldType.Form}");
            if (text is not null && FieldType.TryParse(text, out var type))
            {
                types.Add(new NamedType(entry.Key, type));
                continue;
            }

            // So that the name is known, and its uses are not faults too.
            types.Add(new NamedType(entry.Key, new FieldType(FieldKind.Int64)));
            if (text is not null || entry.Value is SettingsNode.Empty)
            {
                AddFault(
                    Join(path, entry.Key),
                    $"{(text is null ? "the type is missing" : $"'{Quoted.From(text)}' is not a type")}: {FieldType.Form}",
                    entry.Value.Position);
            }
        }

        return types;
    }

    internal static string Join(string path, string key) => path.Length == 0 ? Quoted.From(key) : $"{path}.{Quoted.From(key)}";

    internal static string Names(IEnumerable<ViewKey> keys) => string.Join(", ", keys.Select(static key => key.Name));
}
