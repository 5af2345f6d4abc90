using ModelServing.Contracts;

namespace ModelServing.Router.Metrics;

/// <summary>
/// Decides which models and versions the router's metrics name. A router with up to <see cref="MaxVersions"/> versions names each. With
/// more, it counts them all as <see cref="Others"/>: a version has up to 20 KB of series, and a meter drops what exceeds its number of
/// series without a word. The processes of the versions have metrics of their own, and <c>ms status</c> has the figures of each variant.
/// </summary>
public sealed class NamedSeries
{
    /// <summary>The most versions that a plan may have so that metrics name them: 100 models with a canary each.</summary>
    internal const int MaxVersions = 200;

    /// <summary>The value that takes the place of a model's and a version's name.</summary>
    internal const string Others = "*";

    // Series never end, so versions that come later in a long life of a process are no longer named.
    private const int MaxEver = 2 * MaxVersions;

    private readonly Lock gate = new();
    private readonly HashSet<(ModelName Model, ModelVersion Version)> named = [];
    private volatile bool isNaming = true;

    /// <summary>Whether the plan is small enough that metrics name its models.</summary>
    internal bool IsNaming => isNaming;

    /// <summary>Decides for a plan.</summary>
    internal void Fit(PlanDocument plan) => isNaming = plan.Rollouts.Count <= MaxVersions
        && plan.Rollouts.Values.Sum(static rollout => rollout.Versions.Count()) <= MaxVersions;

    /// <summary>Whether metrics name a version.</summary>
    internal bool Has(ModelName model, ModelVersion version)
    {
        if (!isNaming)
            return false;
        lock (gate)
            return named.Contains((model, version)) || (named.Count < MaxEver && named.Add((model, version)));
    }

    /// <summary>The dimensions of a version's model and number.</summary>
    internal KeyValuePair<string, object?>[] DimensionsOf(ModelName model, ModelVersion version) => Has(model, version)
        ? [new(MetricNames.Model, model.Text), new(MetricNames.Version, version.ToString())]
        : [new(MetricNames.Model, Others), new(MetricNames.Version, Others)];

    /// <summary>The dimensions of a variant.</summary>
    /// <param name="series">The decision; null to name every version.</param>
    internal static VariantTags TagsOf(NamedSeries? series, ModelName model, ModelVersion version, string variant) =>
        series?.Has(model, version) != false ? new VariantTags(model.Text, version.ToString(), variant)
        // The names of arms are a part of the plan, so there may be as many as models.
        : new VariantTags(
            Others, Others, variant is VariantPlan.Stable or VariantPlan.Canary or VariantPlan.Pinned ? variant : Others);
}
