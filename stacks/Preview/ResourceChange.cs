namespace ModelServing.Stacks.Preview;

/// <summary>A resource and what happens to it.</summary>
internal sealed record ResourceChange(PreviewResource Resource, Change Change, IReadOnlyList<InputLine> Lines);
