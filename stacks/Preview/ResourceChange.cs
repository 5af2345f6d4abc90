namespace ModelServing.Stacks.Preview;

/// <summary>A resource and the effect of an apply on it.</summary>
/// <param name="Resource">The resource after the apply; before it, if it is deleted.</param>
/// <param name="Change">The effect.</param>
internal sealed record ResourceChange(PreviewResource Resource, Change Change)
{
    /// <summary>The values that change. Empty for a resource that is created or deleted.</summary>
    public IReadOnlyList<ValueChange> Values { get; init; } = [];

    /// <summary>The values that cannot be compared.</summary>
    public IReadOnlyList<string> NotComparable { get; init; } = [];

    /// <summary>The resource before the apply; null if it is created.</summary>
    public PreviewResource? Former { get; init; }

    /// <summary>The replaced resource that this one names or is in, if that is why it changes.</summary>
    public PreviewResource? Cause { get; init; }

    /// <summary>Whether an apply does nothing with it, as far as it can be compared, and all of it can.</summary>
    internal bool IsSame => Change == Change.Same && NotComparable.Count == 0;

    /// <summary>The name as the summary shows it.</summary>
    internal string Title => $"{Resource.Kind} {Resource.Name}";
}
