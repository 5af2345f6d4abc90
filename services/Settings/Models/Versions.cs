using ModelServing.Contracts;

namespace ModelServing.Settings.Models;

/// <summary>Decides which versions are deployed. A version that the settings do not name is not.</summary>
public static class Versions
{
    /// <summary>The versions that checked settings name, ordered by model and version. Weights do not matter.</summary>
    public static IReadOnlyList<ExistingVersion> Existing(IReadOnlyDictionary<ModelName, ModelSettings> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        return
        [
            .. models.SelectMany(static pair => Existing(pair.Key, pair.Value))
                .OrderBy(static version => version.Model)
                .ThenBy(static version => version.Version),
        ];
    }

    private static IEnumerable<ExistingVersion> Existing(ModelName name, ModelSettings model)
    {
        var isRolloutActive = model.Canary is not null || model.Experiment is not null;
        yield return new ExistingVersion(name, model.Stable.Version, VersionRole.Stable, KeepsReplicas: isRolloutActive);
        if (model.Canary is { } canary)
            yield return new ExistingVersion(name, canary.Version, VersionRole.Canary, KeepsReplicas: false);
        foreach (var arm in model.Experiment?.Arms.Values ?? [])
            yield return new ExistingVersion(name, arm.Version, VersionRole.Arm, KeepsReplicas: false);
        foreach (var version in model.KeepWarm)
            yield return new ExistingVersion(name, version, VersionRole.Warm, KeepsReplicas: true);
    }
}
