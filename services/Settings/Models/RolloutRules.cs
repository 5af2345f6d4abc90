using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

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

            foreach (var fault in CheckExperiment(path, model))
                yield return fault;
            if (model.AttemptLimit > model.Deadline)
                yield return Fault($"{path}.attemptLimit", "this is longer than the model's deadline; leave it out to have half of that");
            if (model.RoutingKey is { Header: null, Claim: null })
                yield return Fault($"{path}.routingKey", "missing: header or claim");
            if (model.RoutingKey is { Header: not null, Claim: not null })
                yield return Fault($"{path}.routingKey.claim", "a routing key comes from a header or from a claim, not from both");

            for (var i = 0; i < model.KeepWarm.Count; i++)
            {
                var version = model.KeepWarm[i];
                var warm = $"{path}.keepWarm[{i}]";
                if (version == model.Stable.Version)
                    yield return Fault(warm, $"version {version} is the stable one, which is ready in any case; take it out");
                else if (version == model.Canary?.Version)
                    yield return Fault(warm, $"version {version} is the canary, which is ready in any case; take it out");
                else if (ArmOf(model, version) is { } arm)
                    yield return Fault(warm, $"version {version} is that of the arm {arm}, which is ready in any case; take it out");
                else if (model.KeepWarm.Take(i).Contains(version))
                    yield return Fault(warm, $"version {version} stands there before; take one out");
            }
        }
    }

    private static IEnumerable<SettingsFault> CheckExperiment(string path, ModelSettings model)
    {
        if (model.Experiment is not { } experiment)
            yield break;
        var arms = experiment.Arms;
        path += ".experiment";
        if (model.Canary is not null)
            yield return Fault(path, "a model has a canary or an experiment, not both; take one out");
        if (arms.Count == 0)
            yield return Fault($"{path}.arms", "there is no arm; an experiment has one at least");
        foreach (var (name, arm) in arms)
        {
            if (VariantPlan.Reserved.Contains(name.Text))
                yield return Fault($"{path}.arms.{name}", $"'{name}' can't be an arm's name; taken are {string.Join(", ", VariantPlan.Reserved)}");
            if (arm.Version == model.Stable.Version)
                yield return Fault($"{path}.arms.{name}.version", $"version {arm.Version} is the stable one too; an arm is another version");
            else if (arms.First(other => other.Value.Version == arm.Version).Key is var first && first != name)
                yield return Fault($"{path}.arms.{name}.version", $"version {arm.Version} is that of the arm {first} too; each arm is another version");
        }

        if (arms.Values.Sum(static arm => arm.Percent.Hundredths) is var sum and > PlanDocument.Buckets)
            yield return Fault($"{path}.arms", $"the arms have {Percent.TextOf(sum)} percent together; they may have 100");
    }

    private static ModelName? ArmOf(ModelSettings model, ModelVersion version) => model.Experiment?.Arms.FirstOrDefault(arm => arm.Value.Version == version).Key;

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
        foreach (var (arm, settings) in model.Experiment?.Arms ?? new Dictionary<ModelName, ArmSettings>())
            yield return ($"models.{name}.experiment.arms.{arm}.version", settings.Version);
        for (var i = 0; i < model.KeepWarm.Count; i++)
            yield return ($"models.{name}.keepWarm[{i}]", model.KeepWarm[i]);
    }

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
