using ModelServing.Contracts;

namespace ModelServing.Cache;

/// <summary>One version in one attempt: what a guard decides about.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Attempt">The attempt, from 1.</param>
public sealed record VersionAttempt(ModelName Model, ModelVersion Version, int Attempt);
