using ModelServing.Contracts;

namespace ModelServing.Cache;

/// <summary>One version in one trial: what a guard decides about.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Trial">The trial, from 1.</param>
public sealed record VersionTrial(ModelName Model, ModelVersion Version, int Trial);
