namespace ModelServing.OpenInference.Metadata;

/// <summary>An input or an output of a model.</summary>
/// <param name="Datatype">The protocol's name of its data type. Servers may have types of their own.</param>
/// <param name="Shape">The length of each dimension; -1 for any length.</param>
public sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);
