using System.Reflection;
using System.Runtime.CompilerServices;
using ModelServing.Contracts;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;

namespace ModelServing.Settings.Schema;

/// <summary>Reads nodes into the settings types and reports every fault at once, each with its path and place.</summary>
internal sealed class SettingsReader(List<SettingsFault> faults)
{
    /// <summary>Reads a group of settings; what has a fault keeps its default, so the result counts only without faults.</summary>
    /// <param name="type">The group's type.</param>
    /// <param name="node">What was written.</param>
    /// <param name="path">Where the group stands.</param>
    /// <param name="others">The keys that stand in the same map and belong to somebody else.</param>
    internal object ReadGroup(Type type, SettingsNode? node, string path, params ReadOnlySpan<string> others)
    {
        var group = Activator.CreateInstance(type)!;
        if (node is SettingsNode.Faulty)
            return group;
        if (node is not (null or SettingsNode.Mapping { IsEncrypted: false } or SettingsNode.Empty))
        {
            Fault(path, $"this is {node.Kind}; it has to be a map of {Names(type)}", node.Place);
            return group;
        }

        var mapping = node as SettingsNode.Mapping;
        var properties = Properties(type);
        foreach (var entry in mapping?.Entries ?? [])
        {
            if (!properties.Any(property => KeyOf(property) == entry.Key) && !others.Contains(entry.Key))
                Fault(Join(path, entry.Key), $"unknown; known here are {Names(type)}", entry.Place);
        }

        foreach (var property in properties)
        {
            var value = mapping?[KeyOf(property)];
            var valuePath = Join(path, KeyOf(property));
            if (value is null or SettingsNode.Empty)
            {
                if (property.IsDefined(typeof(RequiredMemberAttribute)))
                    Fault(valuePath, $"missing: {property.GetCustomAttribute<SettingAttribute>()!.Description}", value?.Place ?? node?.Place);
                continue;
            }

            if (value is not SettingsNode.Faulty && ReadValue(property, value, valuePath) is { } read)
                property.SetValue(group, read);
        }

        return group;
    }

    /// <summary>The settings of a group, in the order in which they are declared.</summary>
    internal static PropertyInfo[] Properties(Type type) =>
        [.. type.GetProperties().Where(static property => property.IsDefined(typeof(SettingAttribute))).OrderBy(static property => property.MetadataToken)];

    /// <summary>All settings of a stack file that stand directly under <c>config</c>: the tree's roots.</summary>
    internal static PropertyInfo[] Roots { get; } = [.. Properties(typeof(StackSettings)), .. Properties(typeof(CloudSettings))];

    /// <summary>How a setting is written in a stack file.</summary>
    internal static string KeyOf(PropertyInfo property) => char.ToLowerInvariant(property.Name[0]) + property.Name[1..];

    /// <summary>True for a map from names (of models, of arms) to groups; gives the group's type.</summary>
    internal static bool IsMapByName(Type type, out Type group)
    {
        group = type is { IsGenericType: true } && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? type.GenericTypeArguments[1] : typeof(void);
        return group != typeof(void);
    }

    /// <summary>True for a list; gives the type of its items.</summary>
    internal static bool IsList(Type type, out Type item)
    {
        item = type is { IsGenericType: true } && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GenericTypeArguments[0] : typeof(void);
        return item != typeof(void);
    }

    private object? ReadValue(PropertyInfo property, SettingsNode node, string path)
    {
        var (type, attribute) = (property.PropertyType, property.GetCustomAttribute<SettingAttribute>()!);
        if (SettingForm.Find(type) is { } form)
            return ReadValue(form, attribute, type, node, path);
        if (IsList(type, out var item))
            return ReadList(item, attribute, node, path);
        return IsMapByName(type, out var group) ? ReadByName(group, node, path) : ReadGroup(type, node, path);
    }

    private object? ReadValue(SettingForm form, SettingAttribute attribute, Type type, SettingsNode node, string path)
    {
        if (type == typeof(SecretText) && node is SettingsNode.Mapping { IsEncrypted: true })
            return SecretText.Encrypted;
        if (node is not SettingsNode.Scalar scalar)
        {
            Fault(path, $"this is {node.Kind}; it has to be {attribute.Form ?? "a " + form.Name}", node.Place);
            return null;
        }

        // What has a place comes from a file; what has none was decrypted on the way.
        if (type == typeof(SecretText) && node.Place is not null)
        {
            Fault(path, $"this stands there for all to read; 'pulumi config set --secret --path {path}' encrypts it", node.Place);
            return null;
        }

        var (value, wrong) = form.Read(scalar.Text, attribute);
        if (wrong is not null)
            Fault(path, wrong, node.Place);
        return value;
    }

    private Array? ReadList(Type item, SettingAttribute attribute, SettingsNode node, string path)
    {
        var form = SettingForm.Find(item)!;
        if (node is not SettingsNode.Sequence list)
        {
            Fault(path, $"this is {node.Kind}; it has to be a list; each item is: {attribute.Form ?? form.Name}", node.Place);
            return null;
        }

        var values = Array.CreateInstance(item, list.Items.Count);
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i] is not SettingsNode.Faulty && ReadValue(form, attribute, item, list.Items[i], $"{path}[{i}]") is { } value)
                values.SetValue(value, i);
        }

        return values;
    }

    private System.Collections.IDictionary? ReadByName(Type group, SettingsNode node, string path)
    {
        var what = NameOf(group);
        if (node is not SettingsNode.Mapping mapping || mapping.IsEncrypted)
        {
            Fault(path, $"this is {node.Kind}; it has to be a map from {what}s' names to their settings", node.Place);
            return null;
        }

        var groups = (System.Collections.IDictionary)Activator.CreateInstance(typeof(SortedDictionary<,>).MakeGenericType(typeof(ModelName), group))!;
        foreach (var entry in mapping.Entries)
        {
            var innerPath = Join(path, entry.Key);
            if (ModelName.TryParse(entry.Key, null, out var name))
                groups[name] = ReadGroup(group, entry.Value, innerPath);
            else
                Fault(innerPath, $"'{Quoted.From(entry.Key)}' is not {(what[0] == 'a' ? "an" : "a")} {what}'s name: {ModelName.Form}", entry.Place);
        }

        return groups;
    }

    /// <summary>What the groups of a map are called: <c>model</c>, <c>arm</c>.</summary>
    internal static string NameOf(Type group) => group.Name[..^"Settings".Length].ToLowerInvariant();

    private void Fault(string path, string message, TextPosition? place) => faults.Add(new SettingsFault(path, message, place));

    private static string Names(Type type) => string.Join(", ", Properties(type).Select(KeyOf));

    private static string Join(string path, string key) => path.EndsWith(':') ? path + Quoted.From(key) : $"{path}.{Quoted.From(key)}";
}
