using System.Security.Cryptography;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Settings.Models;

/// <summary>Turns settings into the plan, which routers read. Equal settings give equal bytes.</summary>
public static class PlanMaker
{
    /// <summary>Makes the plan from checked settings.</summary>
    public static PlanDocument Make(IReadOnlyDictionary<ModelName, ModelSettings> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        var rollouts = new RolloutDictionary();
        foreach (var (name, model) in models)
            rollouts[name] = Make(name, model);
        return new PlanDocument { Schema = PlanDocument.CurrentSchema, Rollouts = rollouts };
    }

    private static RolloutPlan Make(ModelName name, ModelSettings model)
    {
        List<VariantPlan> variants = [.. Challengers(model).OrderBy(static variant => variant.Name, StringComparer.Ordinal)];
        var rest = PlanDocument.Buckets - variants.Sum(static variant => variant.Weight);
        variants.Add(new VariantPlan(VariantPlan.Stable, model.Stable.Version, rest));
        var isStableAlone = variants.Count == 1;
        return new RolloutPlan
        {
            Revision = Revision(name, variants),
            DeadlineMilliseconds = Milliseconds(model.Deadline),
            AttemptLimitMilliseconds = isStableAlone ? null : Milliseconds(model.AttemptLimit ?? model.Deadline / 2),
            RoutingKeyHeader = model.RoutingKey?.Header?.Text,
            RoutingKeyClaim = model.RoutingKey?.Claim,
            Experiment = model.Experiment?.Name,
            Guard = isStableAlone ? null : Make(model.Guard),
            Variants = variants,
            KeptWarm = model.KeepWarm.Count == 0 ? null : [.. model.KeepWarm.Order()],
        };
    }

    // The variants beside stable.
    private static IEnumerable<VariantPlan> Challengers(ModelSettings model)
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

    // The revision covers names and versions only. Changing a weight, the deadline or the routing key keeps it.
    private static string Revision(ModelName name, List<VariantPlan> variants)
    {
        var text = new StringBuilder().Append(name).Append('\n');
        foreach (var variant in variants.OrderBy(static variant => variant.Name, StringComparer.Ordinal))
            text.Append(variant.Name).Append('=').Append(variant.Version).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}
