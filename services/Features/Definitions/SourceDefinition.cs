namespace ModelServing.Features.Definitions;

/// <summary>A source of events.</summary>
/// <param name="Name">The source's name.</param>
/// <param name="Fields">The fields that the view uses, besides the entity keys.</param>
public sealed record SourceDefinition(string Name, IReadOnlyList<NamedType> Fields);
