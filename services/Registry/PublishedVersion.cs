using ModelServing.Contracts;

namespace ModelServing.Registry;

/// <summary>A version that exists.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
public sealed record PublishedVersion(ModelName Model, ModelVersion Version);
