using System.Collections.Frozen;
using ModelServing.Contracts;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Rollouts.Watching;

namespace ModelServing.Router.Routing;

/// <summary>
/// All that a request is routed by: an immutable snapshot of the plan and the endpoints, swapped in as a whole. A request in flight
/// keeps the snapshot it began with.
/// </summary>
internal sealed class RoutingTable
{
    private readonly FrozenDictionary<string, ModelRoute> models;
    private readonly FrozenDictionary<string, ModelRoute>.AlternateLookup<ReadOnlySpan<char>> byName;

    private RoutingTable(PlanDocument plan, FrozenDictionary<string, ModelRoute> models, FrozenDictionary<EndpointEntry, Endpoint> endpoints)
    {
        Plan = plan;
        this.models = models;
        byName = models.GetAlternateLookup<ReadOnlySpan<char>>();
        Endpoints = endpoints;
    }

    internal PlanDocument Plan { get; }

    internal FrozenDictionary<EndpointEntry, Endpoint> Endpoints { get; }

    internal IEnumerable<ModelRoute> Models => models.Values;

    internal IEnumerable<string> ModelNames => models.Keys.Order(StringComparer.Ordinal);

    internal bool TryGetModel(ReadOnlySpan<char> name, out ModelRoute route) => byName.TryGetValue(name, out route!);

    /// <summary>The endpoints of a version; null for one that the table does not know.</summary>
    internal VersionEndpoints? EndpointsOf(ModelName model, ModelVersion version) => models.GetValueOrDefault(model.Text)?.Pin(version.ToString())?.Endpoints;

    /// <summary>The endpoints of each version that the table knows, for who counts them.</summary>
    internal IEnumerable<VariantRoute> Versions => models.Values.SelectMany(static model => model.Pinned);

    /// <summary>Makes the next snapshot. An endpoint that was there before keeps its connections and its health, a model its retry budget.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="previous">The snapshot before; null for none.</param>
    /// <param name="open">Where connections are noted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stateOf">What is known of a model's versions, null where the journal was never read; without the function, all of the plan
    /// is served.</param>
    /// <param name="watch">How the guard watches the variants of a model, in their order; without the function, none is watched.</param>
    internal static RoutingTable Build(
        PlanDocument plan,
        EndpointsDocument endpoints,
        RoutingTable? previous,
        OpenConnections open,
        TimeProvider time,
        Func<ModelName, JournalState?>? stateOf = null,
        Func<ModelName, EffectiveRollout, IReadOnlyList<WatchedVariant?>>? watch = null)
    {
        stateOf ??= JournalState.Empty;
        var now = time.GetTimestamp();
        var live = endpoints.Endpoints.Distinct().ToFrozenDictionary(
            static entry => entry,
            entry => previous?.Endpoints.GetValueOrDefault(entry) ?? new Endpoint(entry, open, time));
        var byVersion = live.ToLookup(static pair => (pair.Key.Model, pair.Key.Version), static pair => pair.Value);
        var models = plan.Rollouts.ToFrozenDictionary(
            static pair => pair.Key.Text,
            pair =>
            {
                var state = stateOf(pair.Key);
                var effective = EffectiveRollout.From(pair.Value, state);
                var versions = byVersion.Select(static group => group.Key).Where(key => key.Model == pair.Key).Select(static key => key.Version).Union(effective.Versions);
                return new ModelRoute(
                    pair.Key,
                    effective,
                    state,
                    watch?.Invoke(pair.Key, effective) ?? [],
                    versions.ToDictionary(static version => version, version => new VersionEndpoints([.. byVersion[(pair.Key, version)]], previous?.EndpointsOf(pair.Key, version), now)),
                    previous?.models.GetValueOrDefault(pair.Key.Text)?.Budget ?? new RetryBudget(time));
            },
            StringComparer.Ordinal);
        return new RoutingTable(plan, models, live);
    }
}
