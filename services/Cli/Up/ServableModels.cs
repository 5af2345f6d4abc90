using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Settings.Models;

namespace ModelServing.Cli.Up;

/// <summary>Turns the models of a stack file into a plan while some of their versions are not ready. A version that is not ready changes
/// only its own model.</summary>
/// <remarks>
/// <code>
/// all versions of a model are ready       its rollout as the stack file has it
/// otherwise, if it is served already      its present rollout stays
/// otherwise, if its stable is ready       its rollout without the versions that are not ready; stable gets their shares
/// otherwise                               its rollout as it is: it answers 503 until the version is ready
/// </code>
/// A rollout that was made without some versions counts as not served in this: what can be served of the stack file replaces it.
/// </remarks>
internal sealed class ServableModels
{
    private HashSet<ModelName> partial = [];
    private HashSet<ModelName> unserved = [];

    /// <summary>The models whose stable version is not ready.</summary>
    internal IReadOnlyCollection<ModelName> Unserved => unserved;

    /// <summary>The plan, and a line about each model that is not served as the stack file has it.</summary>
    internal (PlanDocument Plan, IReadOnlyList<string> Lines) MakePlan(
        IReadOnlyDictionary<ModelName, ModelSettings> models, IReadOnlyCollection<PublishedVersion> notReady, PlanDocument current)
    {
        var rollouts = new RolloutDictionary();
        var lines = new List<string>();
        var (nowPartial, nowUnserved) = (new HashSet<ModelName>(), new HashSet<ModelName>());
        foreach (var (model, rollout) in PlanMaker.Make(models).Rollouts)
        {
            var missing = notReady.Where(version => version.Model == model).Select(static version => version.Version).ToHashSet();
            var isStableReady = !missing.Contains(rollout.Stable.Version);
            if (!rollout.Versions.Any(missing.Contains))
            {
                rollouts[model] = rollout;
            }
            else if (current.Rollouts.GetValueOrDefault(model) is { } served
                && !unserved.Contains(model)
                && !(isStableReady && partial.Contains(model)))
            {
                rollouts[model] = served;
                if (partial.Contains(model))
                    nowPartial.Add(model);
                lines.Add($"{model} keeps its present rollout: {PlanChange.Describe(served)}");
            }
            else if (isStableReady)
            {
                rollouts[model] = PlanMaker.Make(
                    new Dictionary<ModelName, ModelSettings> { [model] = Without(models[model], missing) }).Rollouts[model];
                nowPartial.Add(model);
                lines.Add($"{model} is served without what is not ready: {PlanChange.Describe(rollouts[model])}");
            }
            else
            {
                rollouts[model] = rollout;
                nowUnserved.Add(model);
                lines.Add($"{model} can't be served, because its stable version {rollout.Stable.Version} is not ready");
            }
        }

        (partial, unserved) = (nowPartial, nowUnserved);
        return (new PlanDocument { Schema = PlanDocument.CurrentSchema, Rollouts = rollouts }, lines);
    }

    private static ModelSettings Without(ModelSettings model, HashSet<ModelVersion> missing)
    {
        var arms = model.Experiment?.Arms.Where(arm => !missing.Contains(arm.Value.Version)).ToDictionary();
        return model with
        {
            Canary = model.Canary is { } canary && !missing.Contains(canary.Version) ? canary : null,
            Experiment = arms is { Count: > 0 } ? model.Experiment! with { Arms = arms } : null,
            KeepWarm = [.. model.KeepWarm.Where(version => !missing.Contains(version))],
        };
    }
}
