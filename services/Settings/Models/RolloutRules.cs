using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The rules of rollouts that involve more than one value. Paths are relative to the namespace.</summary>
internal static class RolloutRules
{
    /// <summary>Checks the settings of every model for contradictions.</summary>
    internal static IEnumerable<SettingsFault> Check(StackSettings settings)
    {
        foreach (var (name, model) in settings.Models)
        {
            var path = $"models.{name}";
            if (model.Canary is { } canary && canary.Version == model.Stable.Version)
            {
                yield return Fault(
                    $"{path}.canary.version",
                    $"version {canary.Version} is also the stable version; a canary must be a different version");
            }

            foreach (var fault in CheckExperiment(path, model))
                yield return fault;
            if (model.AttemptLimit > model.Deadline)
                yield return Fault($"{path}.attemptLimit", "this is longer than the deadline; remove it to use half of the deadline");
            if (model.RoutingKey is { Header: null, Claim: null })
                yield return Fault($"{path}.routingKey", "missing: header or claim");
            if (model.RoutingKey is { Header: not null, Claim: not null })
                yield return Fault($"{path}.routingKey.claim", "a routing key comes from a header or a claim, not from both");

            foreach (var fault in CheckKeepWarm(path, model))
                yield return fault;
        }
    }

    private static IEnumerable<SettingsFault> CheckKeepWarm(string path, ModelSettings model)
    {
        for (var i = 0; i < model.KeepWarm.Count; i++)
        {
            var version = model.KeepWarm[i];
            var variant = version == model.Stable.Version ? "the stable version"
                : version == model.Canary?.Version ? "the canary"
                : model.Experiment is { } experiment && ArmOf(experiment, version) is { } arm ? $"the version of the arm {arm}"
                : null;
            if (variant is not null)
                yield return Fault($"{path}.keepWarm[{i}]", $"version {version} is {variant}, which is always kept ready; remove it");
            else if (model.KeepWarm.Take(i).Contains(version))
                yield return Fault($"{path}.keepWarm[{i}]", $"version {version} is listed twice; remove one");
        }
    }

    private static IEnumerable<SettingsFault> CheckExperiment(string path, ModelSettings model)
    {
        if (model.Experiment is not { } experiment)
            yield break;
        var arms = experiment.Arms;
        path += ".experiment";
        if (model.Canary is not null)
            yield return Fault(path, "a model has a canary or an experiment, not both; remove one");
        if (arms.Count == 0)
            yield return Fault($"{path}.arms", "there are no arms; an experiment needs at least one");
        foreach (var (name, arm) in arms)
        {
            if (VariantPlan.Reserved.Contains(name.Text))
            {
                yield return Fault(
                    $"{path}.arms.{name}",
                    $"'{name}' cannot be the name of an arm; these names are reserved: {string.Join(", ", VariantPlan.Reserved)}");
            }

            var sharing = arm.Version == model.Stable.Version ? "the stable version"
                : ArmOf(experiment, arm.Version) is { } first && first != name ? $"the version of the arm {first}"
                : null;
            if (sharing is not null)
            {
                yield return Fault(
                    $"{path}.arms.{name}.version",
                    $"version {arm.Version} is also {sharing}; an arm must have a version of its own");
            }
        }

        if (arms.Values.Sum(static arm => arm.Percent.Hundredths) is var sum and > PlanDocument.Buckets)
            yield return Fault($"{path}.arms", $"the arms add up to {Percent.TextOf(sum)} percent; the limit is 100");
        foreach (var fault in MetricRules.Check($"{path}.metrics", experiment.Metrics))
            yield return fault;
    }

    // The first arm with that version, or null.
    private static ModelName? ArmOf(ExperimentSettings experiment, ModelVersion version) =>
        experiment.Arms.FirstOrDefault(arm => arm.Value.Version == version).Key;

    /// <summary>Checks that every version that the settings name is published.</summary>
    internal static IEnumerable<SettingsFault> CheckPublished(
        StackSettings settings,
        Func<ModelName, IReadOnlyCollection<ModelVersion>> published)
    {
        foreach (var (name, model) in settings.Models)
        {
            var known = published(name);
            foreach (var (setting, version) in Named(name, model))
            {
                if (known.Contains(version))
                    continue;
                var available = known.Count == 0
                    ? $"{name} has no published versions"
                    : $"published versions: {string.Join(", ", known.Order())}";
                yield return Fault(setting, $"version {version} of {name} is not published; {available}");
            }
        }
    }

    /// <summary>Every setting of a model that names a version.</summary>
    internal static IEnumerable<(string Setting, ModelVersion Version)> Named(ModelName name, ModelSettings model)
    {
        yield return ($"models.{name}.stable.version", model.Stable.Version);
        if (model.Canary is { } canary)
            yield return ($"models.{name}.canary.version", canary.Version);
        foreach (var (arm, settings) in model.Experiment?.Arms ?? new Dictionary<ModelName, ArmSettings>())
            yield return ($"models.{name}.experiment.arms.{arm}.version", settings.Version);
        for (var i = 0; i < model.KeepWarm.Count; i++)
            yield return ($"models.{name}.keepWarm[{i}]", model.KeepWarm[i]);
    }

    /// <summary>Every setting that names a version that must have the interface of the stable version.</summary>
    internal static IEnumerable<(string Setting, ModelVersion Version)> Compared(ModelName name, ModelSettings model)
    {
        if (model.Canary is { AllowOtherInterface: false } canary)
            yield return ($"models.{name}.canary.version", canary.Version);
        foreach (var (arm, settings) in model.Experiment?.Arms ?? new Dictionary<ModelName, ArmSettings>())
        {
            if (!settings.AllowOtherInterface)
                yield return ($"models.{name}.experiment.arms.{arm}.version", settings.Version);
        }
    }

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
