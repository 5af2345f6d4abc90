using System.Collections.Frozen;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Rollouts.Watching;

namespace ModelServing.Router.Routing;

/// <summary>
/// An immutable snapshot of the plan and the endpoints, by which requests are routed. It is replaced as a whole; a request in flight keeps
/// the snapshot with which it began.
/// </summary>
internal sealed class RoutingTable
{
    private readonly FrozenDictionary<string, ModelRoute> models;
    private readonly FrozenDictionary<string, ModelRoute>.AlternateLookup<ReadOnlySpan<char>> byName;

    private RoutingTable(
        PlanDocument plan, FrozenDictionary<string, ModelRoute> models, FrozenDictionary<EndpointEntry, Endpoint> endpoints)
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

    /// <summary>Every version in the table, with its endpoints.</summary>
    internal IEnumerable<VariantRoute> Versions => models.Values.SelectMany(static model => model.Pinned);

    /// <summary>Builds the next snapshot. An endpoint that was in the previous one keeps its connections and its health, and a model keeps
    /// its retry budget. While its stable version is the same, it also keeps the limit for slow answers.</summary>
    /// <param name="previous">The previous snapshot; null for the first.</param>
    /// <param name="calls">The requests in flight.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stateOf">What is known about a model's versions, null if the journal was never read. Without this function, the whole
    /// plan is served.</param>
    /// <param name="watch">How the guard watches each variant of a model, in their order. Without this function, it watches none.</param>
    internal static RoutingTable Build(
        PlanDocument plan,
        EndpointsDocument endpoints,
        RoutingTable? previous,
        UpstreamCalls calls,
        TimeProvider time,
        Func<ModelName, JournalState?>? stateOf = null,
        Func<ModelName, EffectiveRollout, IReadOnlyList<WatchedVariant?>>? watch = null)
    {
        stateOf ??= JournalState.Empty;
        var now = time.GetTimestamp();
        var live = endpoints.Endpoints.Distinct().ToFrozenDictionary(
            static entry => entry,
            entry => previous?.Endpoints.GetValueOrDefault(entry) ?? new Endpoint(entry, calls, time));
        var byVersion = live.ToLookup(static pair => (pair.Key.Model, pair.Key.Version), static pair => pair.Value);
        var models = plan.Rollouts.ToFrozenDictionary(
            static pair => pair.Key.Text,
            pair =>
            {
                var state = stateOf(pair.Key);
                var effective = EffectiveRollout.From(pair.Value, state);
                var withEndpoints = byVersion.Where(group => group.Key.Model == pair.Key).Select(static group => group.Key.Version);
                var before = previous?.models.GetValueOrDefault(pair.Key.Text);
                var route = new ModelRoute(
                    pair.Key,
                    effective,
                    state,
                    watch?.Invoke(pair.Key, effective) ?? [],
                    withEndpoints.Union(effective.Versions).ToDictionary(
                        static version => version,
                        version => new VersionEndpoints(
                            [.. byVersion[(pair.Key, version)]],
                            previous?.EndpointsOf(pair.Key, version),
                            now)),
                    before?.Budget ?? new RetryBudget(time),
                    before is not null && before.HasStable(effective) ? before.SlowLimit : new SlowLimit(time));
                route.Continue(before);
                return route;
            },
            StringComparer.Ordinal);
        return new RoutingTable(plan, models, live);
    }

    internal bool TryGetModel(ReadOnlySpan<char> name, out ModelRoute route) => byName.TryGetValue(name, out route!);

    /// <summary>The endpoints of a version; null if the table does not have the version.</summary>
    internal VersionEndpoints? EndpointsOf(ModelName model, ModelVersion version) =>
        models.GetValueOrDefault(model.Text)?.Pin(version.ToString())?.Endpoints;
}
