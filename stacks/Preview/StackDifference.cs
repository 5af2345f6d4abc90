using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview;

/// <summary>Compares two snapshots of a stack by URN.</summary>
internal static class StackDifference
{
    // What no input has as a name.
    private const string OptionsName = "(options)";

    /// <summary>Every resource of both: the right side's in order, then the deleted ones, the last created first.</summary>
    internal static IReadOnlyList<ResourceChange> Between(StackSnapshot? left, StackSnapshot right)
    {
        if (left is null)
            return [.. right.Resources.Select(static resource => new ResourceChange(resource, Change.Create))];

        var before = left.Resources.ToDictionary(static resource => resource.Urn);
        var after = right.Resources.Select(static resource => resource.Urn).ToHashSet();
        var cluster = right.Resources.FirstOrDefault(static resource => resource.Type == "pulumi:providers:kubernetes");
        return
        [
            .. Consequences.Added(right.Resources.Select(each => Compare(before.GetValueOrDefault(each.Urn), each, IsMutable)), IsMutable),
            .. left.Resources.Reverse()
                .Where(resource => !after.Contains(resource.Urn))
                .Select(static resource => new ResourceChange(resource, Change.Delete) { Former = resource }),
        ];

        bool IsMutable(string setting) => cluster?.Inputs[setting] is JsonValue value && value.TryGetValue<bool>(out var isOn) && isOn;
    }

    private static ResourceChange Compare(PreviewResource? left, PreviewResource right, Func<string, bool> isMutable)
    {
        if (left is null)
            return new(right, Change.Create);

        var inputs = InputDifference.Between(
            ResourceOptionsReader.WithoutIgnored(left.Inputs, right.Options),
            ResourceOptionsReader.WithoutIgnored(right.Inputs, right.Options));
        var options = left.Options is null || right.Options is null ? [] : InputDifference.Between(left.Options, right.Options).Changes;
        ValueChange[] values =
        [
            .. inputs.Changes,
            .. options.Select(static change => change with { Path = change.Path.Insert(0, OptionsName) }),
        ];
        var isReplaced = Replacements.IsReplaced(right.Type, inputs.Changes.Select(static change => change.Property), isMutable);
        return new(right, isReplaced ? Change.Replace : values.Length > 0 ? Change.Update : Change.Same)
        {
            Values = values,
            NotComparable = inputs.NotComparable,
            Former = left,
        };
    }
}
