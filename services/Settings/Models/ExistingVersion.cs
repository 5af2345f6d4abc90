using ModelServing.Contracts;

namespace ModelServing.Settings.Models;

/// <summary>A version that is deployed because a rollout or <c>keepWarm</c> names it.</summary>
/// <param name="Role">The reason why the version is deployed.</param>
/// <param name="KeepsReplicas">True if the version keeps the replicas that full traffic needs: stable while a rollout is active, and every
/// version that is kept warm.</param>
public sealed record ExistingVersion(ModelName Model, ModelVersion Version, VersionRole Role, bool KeepsReplicas);
