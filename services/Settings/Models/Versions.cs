using ModelServing.Contracts;

namespace ModelServing.Settings.Models;

/// <summary>Decides which versions exist. What is named nowhere does not.</summary>
public static class Versions
{
    /// <summary>The versions of checked settings, in the order of models and versions. Weights make no difference.</summary>
    public static IReadOnlyList<ExistingVersion> Existing(IReadOnlyDictionary<ModelName, ModelSettings> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        return [.. models.SelectMany(static pair => Existing(pair.Key, pair.Value)).OrderBy(static version => version.Model).ThenBy(static version => version.Version)];
    }

    private static IEnumerable<ExistingVersion> Existing(ModelName name, ModelSettings model)
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
