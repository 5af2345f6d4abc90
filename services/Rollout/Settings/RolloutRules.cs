using ModelServing.Contracts;

namespace ModelServing.Rollout.Settings;

/// <summary>The rules of rollouts that one value alone can't break. Paths are relative to the namespace.</summary>
internal static class RolloutRules
{
    /// <summary>Holds the rollouts against each other's values.</summary>
    internal static IEnumerable<SettingsFault> Check(StackSettings settings)
    {
        foreach (var (name, model) in settings.Models)
        {
            var path = $"models.{name}";
            if (model.Canary is { } canary && canary.Version == model.Stable.Version)
                yield return Fault($"{path}.canary.version", $"version {canary.Version} is the stable one too; a canary is another version");

            for (var i = 0; i < model.KeepWarm.Count; i++)
            {
                var version = model.KeepWarm[i];
                var warm = $"{path}.keepWarm[{i}]";
                if (version == model.Stable.Version)
                    yield return Fault(warm, $"version {version} is the stable one, which is ready in any case; take it out");
                else if (version == model.Canary?.Version)
                    yield return Fault(warm, $"version {version} is the canary, which is ready in any case; take it out");
                else if (model.KeepWarm.Take(i).Contains(version))
                    yield return Fault(warm, $"version {version} stands there before; take one out");
            }
        }
    }

    /// <summary>Holds the versions that are named against those that are published.</summary>
    internal static IEnumerable<SettingsFault> CheckPublished(StackSettings settings, Func<ModelName, IReadOnlyCollection<ModelVersion>> published)
    {
        foreach (var (name, model) in settings.Models)
        {
            var known = published(name);
            foreach (var (setting, version) in Named(name, model))
            {
                if (!known.Contains(version))
                {
                    yield return Fault(setting, $"version {version} of {name} is not published; " + (known.Count == 0
                        ? $"no version of {name} is"
                        : $"published: {string.Join(", ", known.Order())}"));
                }
            }
        }
    }

    /// <summary>Every setting of a model that names a version.</summary>
    internal static IEnumerable<(string Setting, ModelVersion Version)> Named(ModelName name, ModelSettings model)
    {
        yield return ($"models.{name}.stable.version", model.Stable.Version);
        if (model.Canary is { } canary)
            yield return ($"models.{name}.canary.version", canary.Version);
        for (var i = 0; i < model.KeepWarm.Count; i++)
            yield return ($"models.{name}.keepWarm[{i}]", model.KeepWarm[i]);
    }

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
