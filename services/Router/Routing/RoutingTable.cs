using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts.Board;
using ModelServing.Router.Rollouts.Watching;

namespace ModelServing.Router.Routing;

/// <summary>
/// An immutable snapshot of the plan and the endpoints, by which requests are routed. It is replaced as a whole; a request in flight keeps
/// the snapshot with which it began. Models that did not change have the same routes in the next snapshot, so a change costs about what it
/// changes.
/// </summary>
internal sealed class RoutingTable
{
    private const int MostNamed = 10;

    private readonly RouteMap routes;
    private readonly TableEndpoints live;
    private readonly Func<ModelName, JournalState?>? stateOf;
    private readonly Func<ModelName, EffectiveRollout, IReadOnlyList<WatchedVariant?>>? watch;
    private bool isNaming;

    private RoutingTable(
        PlanDocument plan,
        RouteMap routes,
        TableEndpoints live,
        Func<ModelName, JournalState?>? stateOf,
        Func<ModelName, EffectiveRollout, IReadOnlyList<WatchedVariant?>>? watch)
    {
        Plan = plan;
        this.routes = routes;
        this.live = live;
        this.stateOf = stateOf;
        this.watch = watch;
    }

    internal PlanDocument Plan { get; }

    internal Dictionary<EndpointEntry, Endpoint> Endpoints => live.ByEntry;

    /// <summary>The models, in no particular order.</summary>
    internal IEnumerable<ModelRoute> Models => routes.All;

    internal int Count => routes.Count;

    internal IEnumerable<string> ModelNames => Plan.Rollouts.Keys.Select(static name => name.Text);

    /// <summary>The models as a problem names them, at most ten: any caller can name a model that does not exist.</summary>
    internal string Known => Count <= MostNamed
        ? $"the models are: {string.Join(", ", ModelNames)}"
        : $"the router has {Count} models, which GET {InferencePaths.ModelList} lists";

    /// <summary>Every version in the table, with its endpoints.</summary>
    internal IEnumerable<VariantRoute> Versions => routes.All.SelectMany(static model => model.Pinned);

    /// <summary>The versions that requests may reach, each of which needs endpoints. The same object as in the previous table if it has the
    /// same versions.</summary>
    internal IReadOnlySet<(ModelName Model, ModelVersion Version)> Reachable { get; private init; } =
        new HashSet<(ModelName, ModelVersion)>();

    /// <summary>The variants' versions with their trials. The same object as in the previous table if it has the same ones.</summary>
    internal IReadOnlySet<VersionTrial> Trials { get; private init; } = new HashSet<VersionTrial>();

    /// <summary>Builds the next snapshot. An endpoint that was in the previous one keeps its connections and its health, and a model keeps
    /// its retry budget. While its stable version is the same, it also keeps the limit for slow answers.</summary>
    /// <param name="previous">The previous snapshot; null for the first.</param>
    /// <param name="calls">The requests in flight.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stateOf">What is known about a model's versions, null if the journal was never read. Without this function, the whole
    /// plan is served. Routes of unchanged models are kept only for the function of a <see cref="BoardView"/>, which never changes, and
    /// without a function.</param>
    /// <param name="watch">How the guard watches each variant of a model, in their order. Without this function, it watches none.</param>
    /// <param name="series">The models that metrics name. Without it, they name all.</param>
    /// <param name="changed">The models whose rollout may differ from that in the previous snapshot; null if that may be any model. The
    /// others are not looked at, unless something other than the plan changed.</param>
    internal static RoutingTable Build(
        PlanDocument plan,
        EndpointsDocument endpoints,
        RoutingTable? previous,
        UpstreamCalls calls,
        TimeProvider time,
        Func<ModelName, JournalState?>? stateOf = null,
        Func<ModelName, EffectiveRollout, IReadOnlyList<WatchedVariant?>>? watch = null,
        NamedSeries? series = null,
        IReadOnlyList<ModelName>? changed = null)
    {
        var live = TableEndpoints.From(endpoints, previous?.live, calls, time);
        series?.Fit(plan);
        var isNaming = series?.IsNaming ?? true;
        var kept = stateOf is null or { Target: BoardView } && Equals(watch, previous?.watch) ? previous : null;
        var isSameBoard = kept is not null && Equals(stateOf, kept.stateOf);
        var state = stateOf ?? JournalState.Empty;
        // Null if any model may have changed.
        var suspects = changed is null || kept is null || !ReferenceEquals(live, kept.live) || isNaming != kept.isNaming ? null
            : kept.ChangedOnBoard(stateOf)?.Union(changed);
        var (areSameVersions, areSameTrials) = (true, true);
        var (next, gone) = (new List<ModelRoute>(), new List<ModelName>());
        foreach (var name in suspects ?? plan.Rollouts.Keys)
        {
            var before = previous?.routes.Find(name);
            if (!plan.Rollouts.TryGetValue(name, out var rollout))
            {
                gone.Add(name);
                continue;
            }

            var isKept = kept is not null && before is not null && ReferenceEquals(before.Effective.Planned, rollout)
                && before.IsNamed == isNaming
                && (isSameBoard || ReferenceEquals(before.State, state(name)))
                && live.AreSame(name, kept.live);
            if (isKept)
            {
                next.Add(before!);
                continue;
            }

            var route = Create(name, rollout, state(name));
            route.Continue(before);
            next.Add(route);
            areSameVersions &= before is not null && before.Effective.Versions.SequenceEqual(route.Effective.Versions);
            areSameTrials &= before is not null && before.Trials.SequenceEqual(route.Trials);
        }

        var routes = (suspects is null ? RouteMap.Empty : kept!.routes).With(next, gone);
        var isSameList = previous is not null && previous.Count == routes.Count;
        return new RoutingTable(plan, routes, live, stateOf, watch)
        {
            isNaming = isNaming,
            // With as many models, each of which was there before, none was removed.
            Reachable = isSameList && areSameVersions ? previous!.Reachable : ReachableIn(routes.All),
            Trials = isSameList && areSameTrials ? previous!.Trials : routes.All.SelectMany(static route => route.Trials).ToHashSet(),
        };

        ModelRoute Create(ModelName name, RolloutPlan rollout, JournalState? known)
        {
            var before = previous?.routes.Find(name);
            var effective = EffectiveRollout.From(rollout, known);
            var own = live.ForModel(name).ToArray().ToLookup(static endpoint => endpoint.Entry.Version);
            return new ModelRoute(
                name,
                effective,
                known,
                watch?.Invoke(name, effective) ?? [],
                own.Select(static group => group.Key).Union(effective.Versions).ToDictionary(
                    static version => version,
                    version => new VersionEndpoints([.. own[version]], previous?.EndpointsOf(name, version), time)),
                new RouteHistory(
                    before?.History.Budget ?? new RetryBudget(time),
                    before is not null && before.HasStable(effective) ? before.History.SlowLimit : new SlowLimit(time)),
                series);
        }
    }

    internal bool TryGetModel(ReadOnlySpan<char> name, out ModelRoute route) => routes.TryGet(name, out route);

    /// <summary>The endpoints of a version; null if the table does not have the version.</summary>
    internal VersionEndpoints? EndpointsOf(ModelName model, ModelVersion version) =>
        routes.Find(model)?.Pin(version.ToString())?.Endpoints;

    private IEnumerable<ModelName>? ChangedOnBoard(Func<ModelName, JournalState?>? next) => Equals(next, stateOf) ? []
        : next?.Target is BoardView now && stateOf?.Target is BoardView before ? now.ChangedSince(before)
        : null;

    private static HashSet<(ModelName, ModelVersion)> ReachableIn(IEnumerable<ModelRoute> routes) =>
        [.. routes.SelectMany(static route => route.Effective.Versions.Select(version => (route.Name, version)))];
}
