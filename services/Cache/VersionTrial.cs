using ModelServing.Contracts;

namespace ModelServing.Cache;

/// <summary>One version in one trial, the unit that a guard decides about. Trials are numbered from 1.</summary>
public sealed record VersionTrial(ModelName Model, ModelVersion Version, int Trial);
