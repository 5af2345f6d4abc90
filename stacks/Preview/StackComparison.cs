namespace ModelServing.Stacks.Preview;

/// <summary>A stack before and after a change.</summary>
/// <param name="Left">The stack before; null if it is new, or if nothing is compared.</param>
/// <param name="Right">The stack after.</param>
/// <param name="Changes">Every resource of both.</param>
internal sealed record StackComparison(StackSnapshot? Left, StackSnapshot Right, IReadOnlyList<ResourceChange> Changes)
{
    internal static StackComparison Between(StackSnapshot? left, StackSnapshot right) =>
        new(left, right, StackDifference.Between(left, right));

    /// <summary>Whether an apply would do nothing, as far as the two can be compared.</summary>
    internal bool IsEmpty => Changes.All(static change => change.IsSame);

    /// <summary>The changes of resources of a type that exist already.</summary>
    internal IEnumerable<ResourceChange> Updated(string type) =>
        Changes.Where(change => change.Change is Change.Update or Change.Replace && change.Resource.Type == type);

    /// <summary>The resources of a type that are new.</summary>
    internal IEnumerable<PreviewResource> Created(string type) =>
        Changes.Where(change => change.Change == Change.Create && change.Resource.Type == type).Select(static change => change.Resource);
}
