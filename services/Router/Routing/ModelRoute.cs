using System.Collections.Frozen;
using System.Globalization;
using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;
using ModelServing.Rollout.Journal;
using ModelServing.Rollout.Splitting;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts.Watching;

namespace ModelServing.Router.Routing;

/// <summary>How one model's requests are routed.</summary>
internal sealed class ModelRoute
{
    private readonly AssignedRollout assigned;
    private readonly VariantRoute[] variants;
    private readonly WatchedVariant?[] watched;
    private readonly FrozenDictionary<string, VariantRoute> pinned;
    private readonly FrozenDictionary<string, VariantRoute>.AlternateLookup<ReadOnlySpan<char>> pinnedByText;

    internal ModelRoute(
        ModelName name,
        EffectiveRollout effective,
        JournalState? state,
        IReadOnlyList<WatchedVariant?> watching,
        IReadOnlyDictionary<ModelVersion, VersionEndpoints> endpoints,
        RouteHistory history,
        NamedSeries? series = null)
    {
        Name = name;
        Effective = effective;
        State = state;
        History = history;
        IsNamed = series?.IsNaming ?? true;
        var rollout = effective.Rollout ?? effective.Planned;
        Timeout = TimeSpan.FromMilliseconds(rollout.DeadlineMilliseconds);
        AttemptLimit = rollout.AttemptLimitMilliseconds is { } limit ? TimeSpan.FromMilliseconds(limit) : null;
        RoutingKeyHeader = rollout.RoutingKeyHeader;
        RoutingKeyClaim = rollout.RoutingKeyClaim;
        assigned = new AssignedRollout(effective, state);
        variants = [.. effective.Variants.Select(variant =>
        {
            var (plan, trial) = (variant.Plan, variant.Trial);
            return new VariantRoute(name, plan.Version, plan.Name, rollout.Revision, endpoints[plan.Version], trial, rollout.Experiment)
            {
                Tags = NamedSeries.TagsOf(series, name, plan.Version, plan.Name),
            };
        })];
        watched = [.. variants.Index().Select(variant => watching.ElementAtOrDefault(variant.Index))];
        Watched = [.. watched.OfType<WatchedVariant>()];
        pinned = endpoints.ToFrozenDictionary(
            static pair => pair.Key.ToString(),
            pair => new VariantRoute(name, pair.Key, VariantPlan.Pinned, rollout.Revision, pair.Value, state?.TrialOf(pair.Key) ?? 1)
            {
                Tags = NamedSeries.TagsOf(series, name, pair.Key, VariantPlan.Pinned),
            },
            StringComparer.Ordinal);
        pinnedByText = pinned.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    internal ModelName Name { get; }

    /// <summary>The part of the planned rollout that is served.</summary>
    internal EffectiveRollout Effective { get; }

    /// <summary>What is known about the model's versions; null if the journal was never read.</summary>
    internal JournalState? State { get; }

    /// <summary>The variants that the guard watches.</summary>
    internal WatchedVariant[] Watched { get; }

    /// <summary>What the route took over from the previous table's.</summary>
    internal RouteHistory History { get; }

    internal RetryBudget Budget => History.Budget;

    internal SlowLimit SlowLimit => History.SlowLimit;

    /// <summary>Whether metrics may name the model (<see cref="NamedSeries"/>).</summary>
    internal bool IsNamed { get; }

    /// <summary>The versions that the variants have, with their trials.</summary>
    internal IEnumerable<VersionTrial> Trials =>
        Effective.Variants.Select(variant => new VersionTrial(Name, variant.Plan.Version, variant.Trial));

    /// <summary>How long an answer may take.</summary>
    internal TimeSpan Timeout { get; }

    /// <summary>How long a variant beside stable may take before the request is retried on stable; null if stable is the only
    /// variant.</summary>
    internal TimeSpan? AttemptLimit { get; }

    /// <summary>The attempt limit of a request with this timeout; zero if stable is the only variant. Half of a caller's shorter time is
    /// left for a retry. All variants have the same limit, so they stay comparable.</summary>
    internal TimeSpan LimitOf(TimeSpan timeout) => AttemptLimit is not { } limit ? TimeSpan.Zero
        : timeout < Timeout && timeout / 2 < limit ? timeout / 2
        : limit;

    internal string? RoutingKeyHeader { get; }

    internal string? RoutingKeyClaim { get; }

    internal VariantRoute Stable => variants[^1];

    internal IReadOnlyList<VariantRoute> Variants => variants;

    internal IEnumerable<string> VariantNames => variants.Select(static variant => variant.Variant);

    internal IEnumerable<string> Versions => pinned.Keys.OrderBy(static text => int.Parse(text, CultureInfo.InvariantCulture));

    internal IEnumerable<VariantRoute> Pinned => pinned.Values;

    /// <summary>Whether the stable version is that of <paramref name="other"/>. Nothing is stable while no variant is served.</summary>
    internal bool HasStable(EffectiveRollout other) =>
        variants.Length > 0 && other.Variants is [.., var stable] && stable.Plan.Version == Stable.Version;

    /// <summary>Takes over what the previous table counted of the same variants.</summary>
    internal void Continue(ModelRoute? previous)
    {
        foreach (var variant in variants)
            variant.Continue(previous?.VariantNamed(variant.Variant));
    }

    /// <summary>Picks the variant of a routing key.</summary>
    /// <param name="key">The bytes that the client sent, which headers hold as Latin-1.</param>
    /// <param name="hash">The key's hash; 0 if stable is the only variant.</param>
    internal VariantRoute Assign(string key, out ulong hash) => variants[assigned.Assign(key, out hash)];

    /// <summary>How the guard watches a variant; null if it does not.</summary>
    internal WatchedVariant? WatchedOf(VariantRoute variant) => watched[Array.IndexOf(variants, variant)];

    /// <summary>Finds a variant by its name; null for an unknown one.</summary>
    internal VariantRoute? VariantNamed(string name) => Array.Find(variants, variant => variant.Variant == name);

    /// <summary>Finds the version that a path names; null for an unknown one.</summary>
    internal VariantRoute? Pin(ReadOnlySpan<char> version) => pinnedByText.TryGetValue(version, out var route) ? route : null;
}
