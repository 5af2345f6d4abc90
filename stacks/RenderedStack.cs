namespace ModelServing.Stacks;

/// <summary>The result of running the stack's program without a cloud.</summary>
/// <param name="Stack">The stack, with its outputs.</param>
/// <param name="Resources">The resources in the order in which the program created them.</param>
public sealed record RenderedStack(ServingStack Stack, IReadOnlyList<RenderedResource> Resources);
