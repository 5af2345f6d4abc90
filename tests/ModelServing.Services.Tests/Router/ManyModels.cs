using System.Globalization;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Router;

/// <summary>Plans of many models, each with a canary.</summary>
internal static class ManyModels
{
    internal static PlanDocument Plan(int models, int weight = 500) => new()
    {
        Schema = PlanDocument.CurrentSchema,
        Rollouts = new RolloutDictionary(Enumerable.Range(0, models).ToDictionary(Name, _ => Rollout(weight))),
    };

    internal static ModelName Name(int number) => ModelName.Parse(string.Create(CultureInfo.InvariantCulture, $"model-{number:00000}"));

    internal static RolloutPlan Rollout(int weight) => SomePlan.Canary(weight).Rollouts[SomePlan.Model];

    /// <summary>The plan with another canary's weight for one model.</summary>
    internal static PlanDocument WithWeight(this PlanDocument plan, int number, int weight) => plan with
    {
        Rollouts = new RolloutDictionary(plan.Rollouts) { [Name(number)] = Rollout(weight) },
    };
}
