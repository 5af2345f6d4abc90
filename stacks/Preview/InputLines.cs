using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview;

/// <summary>Turns a tree of inputs, or the difference between two trees, into lines.</summary>
internal static class InputLines
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static IEnumerable<InputLine> From(JsonNode? node, string name, int depth, char sign)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                return map.SelectMany(pair => From(pair.Value, pair.Key, depth + 1, sign)).Prepend(new(sign, depth, $"{name}:"));
            case JsonArray { Count: > 0 } list:
                return list.SelectMany((item, index) => From(item, $"[{index}]", depth + 1, sign)).Prepend(new(sign, depth, $"{name}:"));
            case JsonValue when TextOf(node) is { } text && Split(text) is { Length: > 1 } lines:
                return lines.Select(line => new InputLine(sign, depth + 1, line)).Prepend(new(sign, depth, $"{name}: |"));
            default:
                return [new(sign, depth, $"{name}: {Show(node)}")];
        }
    }

    /// <summary>The differences, each below the names that lead to it. Of multi-line text and of JSON, only the lines that
    /// differ.</summary>
    internal static IEnumerable<InputLine> Difference(JsonNode? left, JsonNode? right, string name, int depth)
    {
        if (JsonNode.DeepEquals(left, right))
            return [];
        if (left is null)
            return From(right, name, depth, '+');
        if (right is null)
            return From(left, name, depth, '-');
        if (Children(left) is { } leftChildren && Children(right) is { } rightChildren)
        {
            return leftChildren.Keys.Union(rightChildren.Keys)
                .SelectMany(key => Difference(leftChildren.GetValueOrDefault(key), rightChildren.GetValueOrDefault(key), key, depth + 1))
                .Prepend(new('~', depth, $"{name}:"));
        }

        if (TextOf(left) is { } before && TextOf(right) is { } after)
        {
            var (leftLines, rightLines) = (Split(before), Split(after));
            if (leftLines.Length > 1 && rightLines.Length > 1)
            {
                return LineDifference.Between(leftLines, rightLines)
                    .Select(line => new InputLine(line.Sign, depth + 1, line.Text))
                    .Prepend(new('~', depth, $"{name}:"));
            }
        }

        return left is JsonValue && right is JsonValue
            ? [new('~', depth, $"{name}: {Show(left)} => {Show(right)}")]
            : [.. From(left, name, depth, '-'), .. From(right, name, depth, '+')];
    }

    /// <summary>The dotted paths at which two trees differ.</summary>
    internal static IEnumerable<string> Paths(JsonNode? left, JsonNode? right, string path = "")
    {
        if (JsonNode.DeepEquals(left, right))
            return [];
        return left is JsonObject before && right is JsonObject after
            ? before.Select(static pair => pair.Key).Union(after.Select(static pair => pair.Key))
                .SelectMany(key => Paths(before[key], after[key], path.Length == 0 ? key : $"{path}.{key}"))
            : [path];
    }

    private static Dictionary<string, JsonNode?>? Children(JsonNode node) => node switch
    {
        JsonObject map => map.ToDictionary(static pair => pair.Key, static pair => pair.Value),
        JsonArray list => list.Index().ToDictionary(static pair => $"[{pair.Index}]", static pair => pair.Item),
        _ => null,
    };

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static string Show(JsonNode? node) => TextOf(node) is { } text ? Marks.Show(text) : node?.ToJsonString() ?? "null";

    private static string[] Split(string text)
    {
        if (text.StartsWith('{') && text.EndsWith('}'))
        {
            try
            {
                text = JsonNode.Parse(text)!.ToJsonString(Indented);
            }
            catch (JsonException)
            {
                // It is not JSON after all, so it is shown unchanged.
            }
        }

        return text.TrimEnd('\n').Split('\n');
    }
}
