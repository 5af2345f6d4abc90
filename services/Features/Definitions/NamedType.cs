namespace ModelServing.Features.Definitions;

/// <summary>An entity key, a field of a source or a value of a request, with its type.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type of its values.</param>
public sealed record NamedType(string Name, FieldType Type);
