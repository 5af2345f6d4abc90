namespace ModelServing.Stacks;

/// <summary>A stack that was run without a cloud.</summary>
/// <param name="Stack">The stack, with its outputs.</param>
/// <param name="Resources">Its resources in the order in which the program made them.</param>
public sealed record RenderedStack(ServingStack Stack, IReadOnlyList<RenderedResource> Resources);
