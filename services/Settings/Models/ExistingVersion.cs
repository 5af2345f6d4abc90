using ModelServing.Contracts;

namespace ModelServing.Settings.Models;

/// <summary>A version that exists: one that a rollout or <c>keepWarm</c> names.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Role">What it is there for.</param>
/// <param name="KeepsReplicas">It keeps the replicas that it has, so that full traffic finds them: stable while a rollout is active, and
/// what is kept warm.</param>
public sealed record ExistingVersion(ModelName Model, ModelVersion Version, VersionRole Role, bool KeepsReplicas);
