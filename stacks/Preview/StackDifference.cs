using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview;

/// <summary>Compares two snapshots of a stack by URN.</summary>
internal static class StackDifference
{
    /// <summary>Every resource of both: the right side's in order, then the deleted ones, the last created first.</summary>
    internal static IReadOnlyList<ResourceChange> Between(StackSnapshot? left, StackSnapshot right)
    {
        if (left is null)
            return [.. right.Resources.Select(static resource => new ResourceChange(resource, Change.Create, AllLines(resource, ' ')))];

        var before = left.Resources.ToDictionary(static resource => resource.Urn);
        var after = right.Resources.Select(static resource => resource.Urn).ToHashSet();
        var cluster = right.Resources.FirstOrDefault(static resource => resource.Type == "pulumi:providers:kubernetes");
        return
        [
            .. right.Resources.Select(resource => Compare(before.GetValueOrDefault(resource.Urn), resource, IsMutable)),
            .. left.Resources.Reverse()
                .Where(resource => !after.Contains(resource.Urn))
                .Select(static resource => new ResourceChange(resource, Change.Delete, [])),
        ];

        bool IsMutable(string setting) => cluster?.Inputs[setting] is JsonValue value && value.TryGetValue<bool>(out var isOn) && isOn;
    }

    private static ResourceChange Compare(PreviewResource? left, PreviewResource right, Func<string, bool> isMutable)
    {
        if (left is null)
            return new(right, Change.Create, AllLines(right, '+'));

        var lines = left.Inputs.Select(static pair => pair.Key).Union(right.Inputs.Select(static pair => pair.Key))
            .SelectMany(key => InputLines.Difference(left.Inputs[key], right.Inputs[key], key, 0)).ToArray();
        if (lines.Length == 0)
            return new(right, Change.Same, []);
        var isReplaced = Replacements.IsReplaced(right.Type, InputLines.Paths(left.Inputs, right.Inputs), isMutable);
        return new(right, isReplaced ? Change.Replace : Change.Update, lines);
    }

    private static InputLine[] AllLines(PreviewResource resource, char sign) =>
        [.. resource.Inputs.SelectMany(pair => InputLines.From(pair.Value, pair.Key, 0, sign))];
}
