using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview;

/// <summary>Reads trees of inputs.</summary>
internal static class InputTree
{
    // The members that name an item of a list, in the APIs of OCI and Kubernetes.
    private static readonly string[] Keys = ["name", "mountPath", "path", "key", "configKey", "columnName"];

    internal static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The value at a path of names, as text; null for a path without a value.</summary>
    internal static string? TextAt(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            node = (node as JsonObject)?[name];
        return (node as JsonValue)?.ToString();
    }

    /// <summary>The number at a path of names; 0 for a path without a number.</summary>
    internal static decimal NumberAt(JsonNode? node, params ReadOnlySpan<string> path) =>
        Parse(TextAt(node, path) ?? "", out var number) ? number : 0;

    internal static bool Parse(string text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    /// <summary>Whether a list is not empty and has nothing but texts.</summary>
    internal static bool AreTexts(JsonArray list) => list.Count > 0 && list.All(static item => TextOf(item) is not null);

    /// <summary>The text as a tree if it is a JSON object, otherwise null.</summary>
    internal static JsonObject? Parse(string text)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed is not ['{', .., '}'])
            return null;
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            // It only looks like JSON, so it is an ordinary text.
            return null;
        }
    }

    /// <summary>The children of one node, by name.</summary>
    internal static IReadOnlyList<(string Key, JsonNode? Value)>? Children(JsonNode? node) => Children(node, node)?.Left;

    /// <summary>The children of two nodes of the same kind, by names with which they can be matched. Null if they are not both maps or both
    /// lists.</summary>
    internal static (IReadOnlyList<(string Key, JsonNode? Value)> Left, IReadOnlyList<(string Key, JsonNode? Value)> Right)? Children(
        JsonNode? left, JsonNode? right)
    {
        if (left is JsonObject before && right is JsonObject after)
            return (Members(before), Members(after));
        if (left is not JsonArray from || right is not JsonArray to)
            return null;
        var key = Keys.FirstOrDefault(key => Names(from, key) && Names(to, key));
        return (Items(from, key), Items(to, key));
    }

    /// <summary>Every single value in a tree, with the path that leads to it.</summary>
    internal static IEnumerable<(string[] Path, JsonValue Value)> Leaves(JsonNode? node, params string[] path) =>
        node is JsonValue value ? [(path, value)] : (Children(node) ?? []).SelectMany(child => Leaves(child.Value, [.. path, child.Key]));

    private static List<(string, JsonNode?)> Members(JsonObject map) => [.. map.Select(static pair => (pair.Key, pair.Value))];

    private static List<(string, JsonNode?)> Items(JsonArray list, string? key) =>
        [.. list.Select((item, index) => (key is null ? $"[{index}]" : $"[{TextOf(item![key])}]", item))];

    // Whether the member names every item, and each differently.
    private static bool Names(JsonArray list, string key) =>
        list.All(item => item is JsonObject map && TextOf(map[key]) is { } name && !Marks.IsUnknown(name))
        && list.Select(item => TextOf(item![key])).Distinct().Count() == list.Count;
}
