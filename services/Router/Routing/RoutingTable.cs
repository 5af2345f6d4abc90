using System.Collections.Frozen;
using System.Net;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Router.Forwarding;

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

    internal IEnumerable<string> ModelNames => models.Keys.Order(StringComparer.Ordinal);

    internal bool TryGetModel(ReadOnlySpan<char> name, out ModelRoute route) => byName.TryGetValue(name, out route!);

    /// <summary>Makes the next snapshot. An endpoint that was there before keeps its connections.</summary>
    internal static RoutingTable Build(PlanDocument plan, EndpointsDocument endpoints, RoutingTable? previous, OpenConnections open)
    {
        var live = endpoints.Endpoints.Distinct().ToFrozenDictionary(
            static entry => entry,
            entry => previous?.Endpoints.GetValueOrDefault(entry) ?? new Endpoint(IPEndPoint.Parse(entry.Address), open));
        var models = plan.Rollouts.ToFrozenDictionary(
            static pair => pair.Key.Text,
            pair => new ModelRoute(pair.Key, pair.Value, live),
            StringComparer.Ordinal);
        return new RoutingTable(plan, models, live);
    }
}

/// <summary>How one model's requests are routed.</summary>
internal sealed class ModelRoute
{
    private readonly Assignment assignment;
    private readonly VariantRoute[] variants;
    private readonly FrozenDictionary<string, VariantRoute> pinned;
    private readonly FrozenDictionary<string, VariantRoute>.AlternateLookup<ReadOnlySpan<char>> pinnedByText;

    internal ModelRoute(ModelName name, RolloutPlan rollout, IReadOnlyDictionary<EndpointEntry, Endpoint> endpoints)
    {
        Name = name;
        Deadline = TimeSpan.FromMilliseconds(rollout.DeadlineMilliseconds);
        RoutingKeyHeader = rollout.RoutingKeyHeader;
        RoutingKeyClaim = rollout.RoutingKeyClaim;
        assignment = new Assignment(rollout);
        var byVersion = endpoints.Where(pair => pair.Key.Model == name).ToLookup(static pair => pair.Key.Version, static pair => pair.Value);
        variants = [.. rollout.Variants.Select(variant => new VariantRoute(name, variant.Version, variant.Name, [.. byVersion[variant.Version]]))];
        pinned = byVersion.Select(static group => group.Key).Union(rollout.Versions).ToFrozenDictionary(
            static version => version.ToString(),
            version => new VariantRoute(name, version, VariantPlan.Pinned, [.. byVersion[version]]),
            StringComparer.Ordinal);
        pinnedByText = pinned.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    internal ModelName Name { get; }

    internal TimeSpan Deadline { get; }

    internal string? RoutingKeyHeader { get; }

    internal string? RoutingKeyClaim { get; }

    internal IEnumerable<string> Variants => variants.Select(static route => route.Variant);

    internal VariantRoute Stable => variants[^1];

    internal IEnumerable<string> Versions => pinned.Keys.OrderBy(static text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The variant of a routing key: of the bytes that the client sent, which headers hold as Latin-1.</summary>
    internal VariantRoute Assign(string key)
    {
        if (variants.Length == 1)
            return variants[0];
        const int OnStack = 256;
        var bytes = key.Length <= OnStack ? stackalloc byte[OnStack] : new byte[key.Length];
        return variants[assignment.VariantOf(bytes[..Encoding.Latin1.GetBytes(key, bytes)])];
    }

    /// <summary>The variant of that name; null when there is none.</summary>
    internal VariantRoute? Named(string variant) => Array.Find(variants, route => route.Variant == variant);

    /// <summary>The version that a path names; null when there is none.</summary>
    internal VariantRoute? Pin(ReadOnlySpan<char> version) => pinnedByText.TryGetValue(version, out var route) ? route : null;
}

/// <summary>One variant with the endpoints that answer for it.</summary>
internal sealed class VariantRoute(ModelName model, ModelVersion version, string variant, Endpoint[] endpoints)
{
    private uint next;

    internal ModelName Model => model;

    internal ModelVersion Version => version;

    internal string Variant => variant;

    internal string VersionText { get; } = version.ToString();

    internal int EndpointCount => endpoints.Length;

    internal VariantTags Tags { get; } = new(model, version, variant);

    /// <summary>The version's own path, so that a process which took over an old address can't answer for it.</summary>
    internal byte[] Path { get; } = Encoding.ASCII.GetBytes(InferencePaths.Model(model, version));

    /// <summary>The endpoints in turn; <paramref name="attempt"/> counts from 0 and leads to another one each time.</summary>
    internal Endpoint Take(uint turn, int attempt) => endpoints[(turn + (uint)attempt) % (uint)endpoints.Length];

    internal uint NextTurn() => endpoints.Length == 1 ? 0 : Interlocked.Increment(ref next);
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
