using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Rollout;

namespace ModelServing.Stacks.Preview;

/// <summary>Turns a tree of inputs, or the changes of one, into lines.</summary>
internal static class InputLines
{
    internal static IEnumerable<InputLine> From(JsonObject inputs, char sign) =>
        inputs.SelectMany(pair => From(pair.Value, [pair.Key], sign));

    /// <summary>The changes, each below the names that lead to it. Of multi-line text, only the lines that differ.</summary>
    internal static IEnumerable<InputLine> From(IEnumerable<ValueChange> changes)
    {
        ImmutableArray<string> shown = [];
        foreach (var change in changes)
        {
            var common = shown.Zip(change.Path).TakeWhile(static pair => pair.First == pair.Second).Count();
            for (var depth = Math.Min(common, change.Path.Length - 1); depth < change.Path.Length - 1; depth++)
                yield return new('~', depth, $"{change.Path[depth]}:");
            shown = change.Path[..^1];
            foreach (var line in Lines(change))
                yield return line;
        }
    }

    private static IEnumerable<InputLine> Lines(ValueChange change)
    {
        var (depth, name) = (change.Path.Length - 1, change.Path[^1]);
        if (change.Follows)
        {
            var named = string.Join(", ", Placeholder.In(InputTree.TextOf(change.Right) ?? ""));
            return [new('~', depth, $"{name}: {named} (of the new one)")];
        }

        if (change.Left is null)
            return From(change.Right, change.Path, '+');
        if (change.Right is null)
            return From(change.Left, change.Path, '-');
        if (InputTree.TextOf(change.Left) is { } before && InputTree.TextOf(change.Right) is { } after)
        {
            if (Marks.IsSecret(before) && Marks.IsSecret(after))
                return [new('~', depth, $"{name}: {Marks.Show(after)} changed")];
            var (leftLines, rightLines) = (Split(before), Split(after));
            if (leftLines.Length > 1 && rightLines.Length > 1)
            {
                return LineDifference.Between(leftLines, rightLines)
                    .Select(line => new InputLine(line.Sign, depth + 1, line.Text))
                    .Prepend(new('~', depth, $"{name}:"));
            }
        }

        return change.Left is JsonValue && change.Right is JsonValue
            ? [new('~', depth, $"{name}: {Show(change.Path, change.Left)} => {Show(change.Path, change.Right)}")]
            : [.. From(change.Left, change.Path, '-'), .. From(change.Right, change.Path, '+')];
    }

    private static IEnumerable<InputLine> From(JsonNode? node, ImmutableArray<string> path, char sign)
    {
        var (depth, name) = (path.Length - 1, path[^1]);
        var tree = InputTree.TextOf(node) is { } json ? InputTree.Parse(json) ?? node : node;
        if (InputTree.Children(tree) is { Count: > 0 } children)
            return children.SelectMany(child => From(child.Value, path.Add(child.Key), sign)).Prepend(new(sign, depth, $"{name}:"));
        return InputTree.TextOf(node) is { } text && Split(text) is { Length: > 1 } lines
            ? lines.Select(line => new InputLine(sign, depth + 1, line)).Prepend(new(sign, depth, $"{name}: |"))
            : [new(sign, depth, name == "[]" ? Show(path, node) : $"{name}: {Show(path, node)}")];
    }

    private static string Show(ImmutableArray<string> path, JsonNode? node)
    {
        // A plan counts buckets; people count percent.
        if (path[^1] == "weight" && path.Contains(ClusterNames.PlanKey) && (node as JsonValue)?.TryGetValue<int>(out var weight) == true)
            return Percent.TextOf(weight) + "%";
        return InputTree.TextOf(node) is { } text ? Marks.Show(text) : node?.ToJsonString() ?? "null";
    }

    private static string[] Split(string text) => text.TrimEnd('\n').Split('\n');
}
