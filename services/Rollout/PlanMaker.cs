using System.Security.Cryptography;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Rollout.Settings;

namespace ModelServing.Rollout;

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
        var variants = new List<VariantPlan>(2);
        var rest = PlanDocument.Buckets;
        if (model.Canary is { } canary)
        {
            // The canary owns the buckets from 0 up: a larger weight only adds keys to it.
            variants.Add(new VariantPlan(VariantPlan.Canary, canary.Version, canary.Percent.Hundredths));
            rest -= canary.Percent.Hundredths;
        }

        variants.Add(new VariantPlan(VariantPlan.Stable, model.Stable.Version, rest));
        return new RolloutPlan
        {
            Revision = Revision(name, variants),
            DeadlineMilliseconds = Math.Max(1, (int)model.Deadline.TotalMilliseconds),
            RoutingKeyHeader = model.RoutingKey?.Header.Text,
            Variants = variants,
            KeptWarm = model.KeepWarm.Count == 0 ? null : [.. model.KeepWarm.Order()],
        };
    }

    // Names and versions only: moving a weight, the deadline or the routing key keeps the revision.
    private static string Revision(ModelName name, List<VariantPlan> variants)
    {
        var text = new StringBuilder().Append(name).Append('\n');
        foreach (var variant in variants.OrderBy(static variant => variant.Name, StringComparer.Ordinal))
            text.Append(variant.Name).Append('=').Append(variant.Version).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}
