using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview;

/// <summary>
/// Compares two trees of inputs. Items of lists are matched by what names them, so a new variable in front of others is one change. Text
/// that is JSON is compared as a tree.
/// </summary>
internal sealed class InputDifference
{
    private readonly List<ValueChange> changes = [];
    private readonly List<string> notComparable = [];

    private InputDifference()
    {
    }

    internal IReadOnlyList<ValueChange> Changes => changes;

    /// <summary>The dotted paths of values of which at least one side is unknown.</summary>
    internal IReadOnlyList<string> NotComparable => notComparable;

    internal static InputDifference Between(JsonObject left, JsonObject right)
    {
        var difference = new InputDifference();
        difference.Walk(left, right, []);
        return difference;
    }

    private void Walk(JsonNode? left, JsonNode? right, ImmutableArray<string> path)
    {
        var (before, after) = (InputTree.TextOf(left), InputTree.TextOf(right));
        if ((before is not null && Marks.IsUnknown(before)) || (after is not null && Marks.IsUnknown(after)))
            notComparable.Add(string.Join('.', path));
        else if (left is null || right is null)
            AddIfDifferent(left, right, path);
        else if (left is JsonArray fromItems && right is JsonArray toItems && InputTree.AreTexts(fromItems) && InputTree.AreTexts(toItems))
            WalkTexts(fromItems, toItems, path);
        else if (InputTree.Children(left, right) is { } children)
            WalkChildren(children.Left, children.Right, path);
        else if (before is not null && after is not null)
            WalkText(before, after, path);
        else
            AddIfDifferent(left, right, path);
    }

    private void WalkChildren(
        IReadOnlyList<(string Key, JsonNode? Value)> left, IReadOnlyList<(string Key, JsonNode? Value)> right, ImmutableArray<string> path)
    {
        var (before, after) = (left.ToDictionary(), right.ToDictionary());
        foreach (var key in left.Select(static child => child.Key).Union(right.Select(static child => child.Key)))
            Walk(before.GetValueOrDefault(key), after.GetValueOrDefault(key), path.Add(key));

        // The order of a map says nothing; that of a list may.
        string[] former = [.. left.Select(static child => child.Key).Where(key => key.StartsWith('[') && after.ContainsKey(key))];
        string[] latter = [.. right.Select(static child => child.Key).Where(key => key.StartsWith('[') && before.ContainsKey(key))];
        if (!former.SequenceEqual(latter))
            changes.Add(new(path.Add("(order)"), string.Join(' ', former), string.Join(' ', latter)));
    }

    private void WalkTexts(JsonArray left, JsonArray right, ImmutableArray<string> path)
    {
        var lines = LineDifference.Between([.. left.Select(TextOrNull)], [.. right.Select(TextOrNull)]);
        foreach (var (sign, text) in lines)
            changes.Add(sign == '-' ? new(path.Add("[]"), text, null) : new(path.Add("[]"), null, text));
    }

    private void WalkText(string left, string right, ImmutableArray<string> path)
    {
        if (left == right)
            return;
        var found = changes.Count;
        if (InputTree.Parse(left) is { } before && InputTree.Parse(right) is { } after)
            Walk(before, after, path);
        // JSON that is only written in another way differs too.
        if (changes.Count == found)
            changes.Add(new(path, left, right));
    }

    private void AddIfDifferent(JsonNode? left, JsonNode? right, ImmutableArray<string> path)
    {
        if (!JsonNode.DeepEquals(left, right))
            changes.Add(new(path, left, right));
    }

    private static string TextOrNull(JsonNode? node) => InputTree.TextOf(node) ?? "";
}
