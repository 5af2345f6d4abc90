namespace ModelServing.Stacks.Preview;

/// <summary>
/// Follows replacements: a resource that names a replaced one gets another value, and may be replaced for it in turn; the objects of a
/// replaced cluster are created again in the new one.
/// </summary>
internal static class Consequences
{
    /// <summary>The changes in the same order, with those that follow from replacements.</summary>
    internal static IReadOnlyList<ResourceChange> Added(IEnumerable<ResourceChange> direct, Func<string, bool> isMutable)
    {
        var changes = direct.ToList();
        var open = new Queue<PreviewResource>(
            changes.Where(static change => change.Change == Change.Replace).Select(static change => change.Resource));
        while (open.TryDequeue(out var replaced))
        {
            var start = Placeholder.StartOf(replaced.Type, replaced.Name);
            for (var i = 0; i < changes.Count; i++)
            {
                if (changes[i].Change is not (Change.Same or Change.Update) || changes[i].Resource.Urn == replaced.Urn)
                    continue;
                changes[i] = Followed(changes[i], replaced, start, isMutable);
                if (changes[i].Change == Change.Replace)
                    open.Enqueue(changes[i].Resource);
            }
        }

        return changes;
    }

    private static ResourceChange Followed(ResourceChange change, PreviewResource replaced, string start, Func<string, bool> isMutable)
    {
        var isIn = change.Resource.Provider == replaced.Urn;
        ValueChange[] values =
        [
            .. InputTree.Leaves(change.Resource.Inputs)
                .Where(each => InputTree.TextOf(each.Value)?.Contains(start, StringComparison.Ordinal) == true)
                .Select(static each => new ValueChange([.. each.Path], each.Value, each.Value) { Follows = true }),
        ];
        if (values.Length == 0 && !isIn)
            return change;
        var isReplaced = isIn
            || Replacements.IsReplaced(change.Resource.Type, values.Select(static value => value.Property), isMutable);
        return change with
        {
            Change = isReplaced ? Change.Replace : Change.Update,
            Values = [.. change.Values, .. values],
            Cause = isReplaced || change.Change == Change.Same ? replaced : change.Cause,
        };
    }
}
