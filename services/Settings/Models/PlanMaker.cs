using System.Security.Cryptography;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Settings.Models;

/// <summary>Turns settings into the plan that routers read. A pure function: equal settings give equal bytes.</summary>
public static class PlanMaker
{
    /// <summary>The plan of checked settings.</summary>
    public static PlanDocument Make(IReadOnlyDictionary<ModelName, ModelSettings> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        var rollouts = new SortedDictionary<ModelName, RolloutPlan>();
        foreach (var (name, model) in models)
            rollouts[name] = Make(name, model);
        return new PlanDocument { Schema = PlanDocument.CurrentSchema, Rollouts = rollouts };
    }

    private static RolloutPlan Make(ModelName name, ModelSettings model)
    {
        List<VariantPlan> variants = [.. Tried(model).OrderBy(static variant => variant.Name, StringComparer.Ordinal)];
        variants.Add(new VariantPlan(VariantPlan.Stable, model.Stable.Version, PlanDocument.Buckets - variants.Sum(static variant => variant.Weight)));
        var isAlone = variants.Count == 1;
        return new RolloutPlan
        {
            Revision = Revision(name, variants),
            DeadlineMilliseconds = Milliseconds(model.Deadline),
            AttemptLimitMilliseconds = isAlone ? null : Milliseconds(model.AttemptLimit ?? model.Deadline / 2),
            RoutingKeyHeader = model.RoutingKey?.Header?.Text,
            RoutingKeyClaim = model.RoutingKey?.Claim,
            Experiment = model.Experiment?.Name,
            Guard = isAlone ? null : Make(model.Guard),
            Variants = variants,
            KeptWarm = model.KeepWarm.Count == 0 ? null : [.. model.KeepWarm.Order()],
        };
    }

    private static IEnumerable<VariantPlan> Tried(ModelSettings model)
    {
        if (model.Canary is { } canary)
            yield return new VariantPlan(VariantPlan.Canary, canary.Version, canary.Percent.Hundredths);
        foreach (var (name, arm) in model.Experiment?.Arms ?? new Dictionary<ModelName, ArmSettings>())
            yield return new VariantPlan(name.Text, arm.Version, arm.Percent.Hundredths);
    }

    private static GuardPlan Make(GuardSettings guard) => new()
    {
        Tolerance = (double)guard.Tolerance,
        FalseAlarm = (double)guard.FalseAlarm,
        SlowerThanMilliseconds = guard.SlowerThan is { } slower ? Milliseconds(slower) : null,
        MaxErrorRate = (double?)guard.MaxErrorRate,
        UnreachableForMilliseconds = Milliseconds(guard.UnreachableFor),
    };

    private static int Milliseconds(TimeSpan time) => Math.Max(1, (int)time.TotalMilliseconds);

    // Names and versions only: moving a weight, the deadline or the routing key keeps the revision.
    private static string Revision(ModelName name, List<VariantPlan> variants)
    {
        var text = new StringBuilder().Append(name).Append('\n');
        foreach (var variant in variants.OrderBy(static variant => variant.Name, StringComparer.Ordinal))
            text.Append(variant.Name).Append('=').Append(variant.Version).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}
