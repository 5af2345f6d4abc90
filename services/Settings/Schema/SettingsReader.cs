using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using ModelServing.Contracts;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;

namespace ModelServing.Settings.Schema;

/// <summary>Reads nodes into the settings types. It reports every fault at once, each with its path and position.</summary>
/// <param name="faults">Gets the faults.</param>
/// <param name="plainSecrets">Whether a secret may be in plain text in a file.</param>
internal sealed class SettingsReader(List<SettingsFault> faults, bool plainSecrets)
{
    /// <summary>All settings directly under <c>config</c> in a stack file: the roots of the settings tree.</summary>
    internal static PropertyInfo[] Roots { get; } = [.. Properties(typeof(StackSettings)), .. Properties(typeof(CloudSettings))];

    /// <summary>Reads a group of settings. A setting with a fault keeps its default, so the result may be used only if there are no
    /// faults.</summary>
    /// <param name="type">The type of the group.</param>
    /// <param name="node">The value in the stack file.</param>
    /// <param name="path">The path of the group.</param>
    /// <param name="foreignKeys">Keys in the same map that belong to another group.</param>
    internal object ReadGroup(Type type, SettingsNode? node, string path, params ReadOnlySpan<string> foreignKeys)
    {
        var group = Activator.CreateInstance(type)!;
        if (node is SettingsNode.Faulty)
            return group;
        if (node is not (null or SettingsNode.Mapping { IsEncrypted: false } or SettingsNode.Empty))
        {
            AddFault(path, $"this is {node.Kind}; it must be a map with {KeysOf(type)}", node.Position);
            return group;
        }

        var mapping = node as SettingsNode.Mapping;
        var properties = Properties(type);
        // Both roots are read from one map. The same message for both means that an unknown key is reported once.
        var expected = foreignKeys.IsEmpty ? properties : Roots;
        foreach (var entry in mapping?.Entries ?? [])
        {
            if (!properties.Any(property => KeyOf(property) == entry.Key) && !foreignKeys.Contains(entry.Key))
                AddFault(Join(path, entry.Key), Unknown(entry.Key, expected), entry.Position);
        }

        foreach (var property in properties)
        {
            var value = mapping?[KeyOf(property)];
            var valuePath = Join(path, KeyOf(property));
            if (value is null or SettingsNode.Empty)
            {
                if (property.IsDefined(typeof(RequiredMemberAttribute)))
                    AddFault(valuePath, $"missing: {AttributeOf(property).Description}", value?.Position ?? node?.Position);
                continue;
            }

            if (value is not SettingsNode.Faulty && ReadValue(property, value, valuePath) is { } read)
                property.SetValue(group, read);
        }

        return group;
    }

    /// <summary>The settings of a group, in the order of their declarations.</summary>
    internal static PropertyInfo[] Properties(Type type) =>
    [
        .. type.GetProperties()
            .Where(static property => property.IsDefined(typeof(SettingAttribute)))
            .OrderBy(static property => property.MetadataToken),
    ];

    /// <summary>The key of a setting in a stack file.</summary>
    internal static string KeyOf(PropertyInfo property) => char.ToLowerInvariant(property.Name[0]) + property.Name[1..];

    /// <summary>True for a map from names (of models, of arms) to groups; outputs the type of the groups.</summary>
    internal static bool IsMapByName(Type type, out Type group)
    {
        group = GenericDefinitionOf(type) == typeof(IReadOnlyDictionary<,>) ? type.GenericTypeArguments[1] : typeof(void);
        return group != typeof(void);
    }

    /// <summary>True for a list; outputs the type of the items.</summary>
    internal static bool IsList(Type type, out Type item)
    {
        item = GenericDefinitionOf(type) == typeof(IReadOnlyList<>) ? type.GenericTypeArguments[0] : typeof(void);
        return item != typeof(void);
    }

    /// <summary>The name of the groups in a map: <c>model</c>, <c>arm</c>, <c>client</c>.</summary>
    internal static string NameOf(Type group) => group.Name[..^"Settings".Length].ToLowerInvariant();

    private object? ReadValue(PropertyInfo property, SettingsNode node, string path)
    {
        var (type, attribute) = (property.PropertyType, AttributeOf(property));
        if (SettingForm.Find(type) is { } form)
            return ReadValue(form, attribute, type, node, path);
        if (IsList(type, out var item))
            return ReadList(item, attribute, node, path);
        return IsMapByName(type, out var group) ? ReadByName(group, node, path) : ReadGroup(type, node, path);
    }

    private object? ReadValue(SettingForm form, SettingAttribute attribute, Type type, SettingsNode node, string path)
    {
        if (type == typeof(SecretText) && node is SettingsNode.Mapping { IsEncrypted: true } encrypted)
            return SecretText.FromEncrypted((encrypted.Entries[0].Value as SettingsNode.Scalar)?.Text ?? "");
        if (node is not SettingsNode.Scalar scalar)
        {
            AddFault(path, $"this is {node.Kind}; it must be {attribute.Form ?? WithArticle(form.Name)}", node.Position);
            return null;
        }

        // A value with a position comes from a file. A value without one comes from Pulumi, which has decrypted it.
        if (type == typeof(SecretText) && node.Position is not null && !plainSecrets)
        {
            AddFault(path, $"this secret is in plain text; encrypt it with 'pulumi config set --secret --path {path}'", node.Position);
            return null;
        }

        var (value, error) = form.Read(scalar.Text, attribute);
        if (error is not null)
            AddFault(path, error, node.Position);
        return value;
    }

    private Array? ReadList(Type item, SettingAttribute attribute, SettingsNode node, string path)
    {
        var form = SettingForm.Find(item)!;
        if (node is not SettingsNode.Sequence list)
        {
            var items = attribute.Form ?? WithArticle(form.Name);
            AddFault(path, $"this is {node.Kind}; it must be a list, and each item must be {items}", node.Position);
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

    private IDictionary? ReadByName(Type group, SettingsNode node, string path)
    {
        var kind = NameOf(group);
        if (node is not SettingsNode.Mapping mapping || mapping.IsEncrypted)
        {
            AddFault(path, $"this is {node.Kind}; it must be a map from {kind} names to {kind} settings", node.Position);
            return null;
        }

        var groups = (IDictionary)Activator.CreateInstance(typeof(SortedDictionary<,>).MakeGenericType(typeof(ModelName), group))!;
        foreach (var entry in mapping.Entries)
        {
            var innerPath = Join(path, entry.Key);
            if (ModelName.TryParse(entry.Key, null, out var name))
                groups[name] = ReadGroup(group, entry.Value, innerPath);
            else
                AddFault(innerPath, $"'{Quoted.From(entry.Key)}' is not {WithArticle(kind)} name: {ModelName.Form}", entry.Position);
        }

        return groups;
    }

    private void AddFault(string path, string message, TextPosition? position) => faults.Add(new SettingsFault(path, message, position));

    private static SettingAttribute AttributeOf(PropertyInfo property) => property.GetCustomAttribute<SettingAttribute>()!;

    private static Type? GenericDefinitionOf(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : null;

    // Alternatives such as `true` or `false` have no article.
    private static string WithArticle(string noun) => noun[0] switch
    {
        '`' => noun,
        'a' or 'e' => "an " + noun,
        _ => "a " + noun,
    };

    private static string KeysOf(Type type)
    {
        var properties = Properties(type);
        return (properties.Length == 1 ? "the key " : "the keys ") + Names(properties);
    }

    private static string Names(IEnumerable<PropertyInfo> properties) => string.Join(", ", properties.Select(KeyOf));

    private static string Unknown(string key, PropertyInfo[] expected) => NearestKey.Find(key, expected.Select(KeyOf)) is { } meant
        ? $"unknown setting; did you mean '{meant}'?"
        : $"unknown setting; expected one of {Names(expected)}";

    private static string Join(string path, string key) => path.EndsWith(':') ? path + Quoted.From(key) : $"{path}.{Quoted.From(key)}";
}
