using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Rollouts;
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
    /// <param name="serve">What of a model's planned rollout is served; null serves all of it and watches nothing.</param>
    internal static RoutingTable Build(PlanDocument plan, EndpointsDocument endpoints, RoutingTable? previous, OpenConnections open, TimeProvider time, Func<ModelName, RolloutPlan, ServedModel>? serve = null)
    {
        serve ??= ServedModel.AsPlanned;
        var now = time.GetTimestamp();
        var live = endpoints.Endpoints.Distinct().ToFrozenDictionary(
            static entry => entry,
            entry => previous?.Endpoints.GetValueOrDefault(entry) ?? new Endpoint(entry, open, time));
        var byVersion = live.ToLookup(static pair => (pair.Key.Model, pair.Key.Version), static pair => pair.Value);
        var models = plan.Rollouts.ToFrozenDictionary(
            static pair => pair.Key.Text,
            pair =>
            {
                var served = serve(pair.Key, pair.Value);
                var versions = byVersion.Select(static group => group.Key).Where(key => key.Model == pair.Key).Select(static key => key.Version).Union(served.Versions);
                return new ModelRoute(
                    pair.Key,
                    served,
                    versions.ToDictionary(static version => version, version => new VersionEndpoints([.. byVersion[(pair.Key, version)]], previous?.EndpointsOf(pair.Key, version), now)),
                    previous?.models.GetValueOrDefault(pair.Key.Text)?.Budget ?? new RetryBudget(time));
            },
            StringComparer.Ordinal);
        return new RoutingTable(plan, models, live);
    }
}

/// <summary>How one model's requests are routed.</summary>
internal sealed class ModelRoute
{
    private readonly Assignment? assignment;
    private readonly VariantRoute[] variants;
    private readonly WatchedVariant?[] watched;
    private readonly FrozenDictionary<string, VariantRoute> pinned;
    private readonly FrozenDictionary<string, VariantRoute>.AlternateLookup<ReadOnlySpan<char>> pinnedByText;

    internal ModelRoute(ModelName name, ServedModel served, IReadOnlyDictionary<ModelVersion, VersionEndpoints> endpoints, RetryBudget budget)
    {
        Name = name;
        Served = served;
        Budget = budget;
        var rollout = served.Rollout.Rollout ?? served.Rollout.Planned;
        Deadline = TimeSpan.FromMilliseconds(rollout.DeadlineMilliseconds);
        AttemptLimit = rollout.AttemptLimitMilliseconds is { } limit ? TimeSpan.FromMilliseconds(limit) : null;
        RoutingKeyHeader = rollout.RoutingKeyHeader;
        RoutingKeyClaim = rollout.RoutingKeyClaim;
        assignment = served.Rollout.IsCondemnedStable ? null : served.Rollout.ToAssignment();
        variants = [.. served.Rollout.Variants.Select(variant => new VariantRoute(name, variant.Plan.Version, variant.Plan.Name, rollout.Revision, endpoints[variant.Plan.Version], variant.Attempt))];
        watched = [.. variants.Index().Select(variant => served.Watched.ElementAtOrDefault(variant.Index))];
        Watched = [.. watched.OfType<WatchedVariant>()];
        pinned = endpoints.ToFrozenDictionary(
            static pair => pair.Key.ToString(),
            pair => new VariantRoute(name, pair.Key, VariantPlan.Pinned, rollout.Revision, pair.Value, served.AttemptOf(pair.Key)),
            StringComparer.Ordinal);
        pinnedByText = pinned.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    internal ModelName Name { get; }

    /// <summary>What of the planned rollout is served.</summary>
    internal ServedModel Served { get; }

    /// <summary>The variants that the guard watches.</summary>
    internal WatchedVariant[] Watched { get; }

    /// <summary>The budget of the model's retries; the same in every table.</summary>
    internal RetryBudget Budget { get; }

    internal TimeSpan Deadline { get; }

    /// <summary>How long a variant beside stable may take before stable is asked instead; null where stable is alone.</summary>
    internal TimeSpan? AttemptLimit { get; }

    internal string? RoutingKeyHeader { get; }

    internal string? RoutingKeyClaim { get; }

    internal VariantRoute Stable => variants[^1];

    internal IEnumerable<string> VariantNames => variants.Select(static variant => variant.Variant);

    internal IEnumerable<string> Versions => pinned.Keys.OrderBy(static text => int.Parse(text, CultureInfo.InvariantCulture));

    internal IEnumerable<VariantRoute> Pinned => pinned.Values;

    /// <summary>The variant of a routing key: of the bytes that the client sent, which headers hold as Latin-1.</summary>
    /// <param name="key">The key.</param>
    /// <param name="hash">Its hash; 0 where stable is alone.</param>
    internal VariantRoute Assign(string key, out ulong hash)
    {
        hash = 0;
        if (variants.Length == 1)
            return variants[0];
        const int OnStack = 256;
        var bytes = key.Length <= OnStack ? stackalloc byte[OnStack] : new byte[key.Length];
        hash = assignment!.HashOf(bytes[..Encoding.Latin1.GetBytes(key, bytes)]);
        return variants[assignment.VariantOf(hash)];
    }

    /// <summary>How the guard watches a variant; null where it does not.</summary>
    internal WatchedVariant? WatchedOf(VariantRoute variant) => watched[Array.IndexOf(variants, variant)];

    /// <summary>The variant with a name; null when there is none.</summary>
    internal VariantRoute? VariantNamed(string name) => Array.Find(variants, variant => variant.Variant == name);

    /// <summary>The version that a path names; null when there is none.</summary>
    internal VariantRoute? Pin(ReadOnlySpan<char> version) => pinnedByText.TryGetValue(version, out var route) ? route : null;
}

/// <summary>One variant with the endpoints that answer for it.</summary>
/// <param name="model">The model.</param>
/// <param name="version">The version that answers.</param>
/// <param name="variant">The variant's name; <see cref="VariantPlan.Pinned"/> for a version that requests name themselves.</param>
/// <param name="revision">The rollout's revision.</param>
/// <param name="endpoints">The version's endpoints.</param>
/// <param name="attempt">The number of the version's attempt.</param>
internal sealed class VariantRoute(ModelName model, ModelVersion version, string variant, string revision, VersionEndpoints endpoints, int attempt = 1)
{
    internal ModelName Model => model;

    internal ModelVersion Version => version;

    internal string Variant => variant;

    internal string VersionText { get; } = version.ToString();

    internal VersionEndpoints Endpoints => endpoints;

    internal bool IsStable { get; } = variant == VariantPlan.Stable;

    /// <summary>Whether endpoints that took no connection are tried where there are no others: nobody else answers.</summary>
    internal bool TriesUnreachable { get; } = variant is VariantPlan.Stable or VariantPlan.Pinned;

    /// <summary>The number of the version's attempt, from 1.</summary>
    internal int Attempt => attempt;

    internal VariantTags Tags { get; } = new(model, version, variant);

    /// <summary>The version's own path, so that a process which took over an old address can't answer for it.</summary>
    internal byte[] Path { get; } = Encoding.ASCII.GetBytes(InferencePaths.Model(model, version));

    /// <summary>What a request says of its assignment, as lines of its head. A revision may be any text: what can't stand in a header is
    /// percent-encoded.</summary>
    internal byte[] Headers { get; } = Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{HeaderNames.ModelVariant}: {variant}\r\n{HeaderNames.ModelRevision}: {Uri.EscapeDataString(revision)}\r\n{HeaderNames.ModelAttempt}: {attempt}\r\n"));
}

/// <summary>Holds the current snapshot.</summary>
internal sealed class RoutingTableHolder
{
    private volatile RoutingTable? current;

    /// <summary>The snapshot; null until the first plan was read.</summary>
    internal RoutingTable? Current => current;

    /// <summary>Swaps in a snapshot and lets go of the endpoints that it no longer has.</summary>
    internal void Swap(RoutingTable table)
    {
        var before = current;
        current = table;
        if (before is null)
            return;
        foreach (var (entry, endpoint) in before.Endpoints)
        {
            if (!table.Endpoints.ContainsKey(entry))
                endpoint.Retire();
        }
    }
}
