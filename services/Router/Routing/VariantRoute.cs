using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Routing;

/// <summary>One variant and the endpoints that answer for it.</summary>
/// <param name="version">The version that answers.</param>
/// <param name="variant">The variant's name; <see cref="VariantPlan.Pinned"/> for a version that requests name themselves.</param>
/// <param name="revision">The rollout's revision.</param>
/// <param name="endpoints">The version's endpoints.</param>
/// <param name="trial">The number of the version's trial.</param>
/// <param name="experiment">The experiment that the variant belongs to; null for none.</param>
internal sealed class VariantRoute(
    ModelName model,
    ModelVersion version,
    string variant,
    string revision,
    VersionEndpoints endpoints,
    int trial = 1,
    string? experiment = null)
{
    internal ModelName Model => model;

    internal ModelVersion Version => version;

    internal string Variant => variant;

    internal string Revision => revision;

    internal string? Experiment => experiment;

    internal string VersionText { get; } = version.ToString();

    internal VersionEndpoints Endpoints => endpoints;

    internal bool IsStable { get; } = variant == VariantPlan.Stable;

    /// <summary>Whether unreachable endpoints are tried when there are no others: no other variant can answer instead.</summary>
    internal bool TriesUnreachable { get; } = variant is VariantPlan.Stable or VariantPlan.Pinned;

    /// <summary>The number of the version's trial, from 1.</summary>
    internal int Trial => trial;

    internal VariantTags Tags { get; init; } = new(model.Text, version.ToString(), variant);

    /// <summary>The variant's requests of the last hour. They go on through changes of the plan and the endpoints.</summary>
    internal RecentAttempts Recent { get; private set; } = new();

    /// <summary>Takes over the requests of the same trial in the previous table.</summary>
    internal void Continue(VariantRoute? previous)
    {
        if (previous is not null && previous.Version == version && previous.Trial == trial)
            Recent = previous.Recent;
    }

    /// <summary>The headers that carry a request's assignment. A revision may be any text, so it is percent-encoded.</summary>
    internal (string Name, string Value)[] Headers { get; } =
    [
        (HeaderNames.ModelVariant, variant),
        (HeaderNames.ModelRevision, Uri.EscapeDataString(revision)),
        (HeaderNames.ModelTrial, trial.ToString(CultureInfo.InvariantCulture)),
        .. experiment is null ? Array.Empty<(string, string)>() : [(HeaderNames.ModelExperiment, experiment)],
    ];
}
