namespace ModelServing.Stacks.Preview;

/// <summary>A resource and the effect of an apply on it.</summary>
internal sealed record ResourceChange(PreviewResource Resource, Change Change, IReadOnlyList<InputLine> Lines);
