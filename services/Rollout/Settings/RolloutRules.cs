using ModelServing.Contracts;

namespace ModelServing.Rollout.Settings;

/// <summary>The rules of settings that one value alone can't break. Paths are relative to the namespace.</summary>
internal static class RolloutRules
{
    internal static IEnumerable<SettingsFault> Check(StackSettings settings, Func<ModelName, IReadOnlyCollection<ModelVersion>> published)
    {
        foreach (var (name, model) in settings.Models)
        {
            var path = $"models.{name}";
            if (model.Canary is { } canary && canary.Version == model.Stable.Version)
            {
                yield return new SettingsFault(
                    $"{path}.canary.version",
                    $"version {canary.Version} is the stable one too; a canary is another version",
                    null);
            }

            var known = published(name);
            foreach (var (arm, version) in Named(model))
            {
                if (!known.Contains(version))
                {
                    yield return new SettingsFault(
                        $"{path}.{arm}.version",
                        $"version {version} of {name} is not published; " + (known.Count == 0
                            ? $"no version of {name} is"
                            : $"published: {string.Join(", ", known.Order())}"),
                        null);
                }
            }
        }
    }

    private static IEnumerable<(string Arm, ModelVersion Version)> Named(ModelSettings model)
    {
        yield return ("stable", model.Stable.Version);
        if (model.Canary is { } canary)
            yield return ("canary", canary.Version);
    }
}
