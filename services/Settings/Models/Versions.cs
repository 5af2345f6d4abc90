using ModelServing.Contracts;

namespace ModelServing.Settings.Models;

/// <summary>What a version is there for.</summary>
public enum VersionRole
{
    /// <summary>It answers whatever no other variant does, and takes over when one fails.</summary>
    Stable,

    /// <summary>It is on trial.</summary>
    Canary,

    /// <summary>It is compared with the stable one.</summary>
    Arm,

    /// <summary>It gets no traffic and is ready for all of it.</summary>
    Warm,
}

/// <summary>A version that exists: one that a rollout or <c>keepWarm</c> names.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Role">What it is there for.</param>
/// <param name="KeepsReplicas">It keeps the replicas that it has, so that full traffic finds them: stable while a rollout is active, and
/// what is kept warm.</param>
public sealed record ExistingVersion(ModelName Model, ModelVersion Version, VersionRole Role, bool KeepsReplicas);

/// <summary>Decides which versions exist. What is named nowhere does not.</summary>
public static class Versions
{
    /// <summary>The versions of checked settings, in the order of models and versions. Weights make no difference.</summary>
    public static IReadOnlyList<ExistingVersion> Of(IReadOnlyDictionary<ModelName, ModelSettings> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        return [.. models.SelectMany(static pair => Of(pair.Key, pair.Value)).OrderBy(static version => version.Model).ThenBy(static version => version.Version)];
    }

    private static IEnumerable<ExistingVersion> Of(ModelName name, ModelSettings model)
    {
        yield return new ExistingVersion(name, model.Stable.Version, VersionRole.Stable, KeepsReplicas: model.Canary is not null || model.Experiment is not null);
        if (model.Canary is { } canary)
            yield return new ExistingVersion(name, canary.Version, VersionRole.Canary, KeepsReplicas: false);
        foreach (var arm in model.Experiment?.Arms.Values ?? [])
            yield return new ExistingVersion(name, arm.Version, VersionRole.Arm, KeepsReplicas: false);
        foreach (var version in model.KeepWarm)
            yield return new ExistingVersion(name, version, VersionRole.Warm, KeepsReplicas: true);
    }
}
