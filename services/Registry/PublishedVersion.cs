using ModelServing.Contracts;

namespace ModelServing.Registry;

/// <summary>A version that exists in the registry.</summary>
public sealed record PublishedVersion(ModelName Model, ModelVersion Version);
