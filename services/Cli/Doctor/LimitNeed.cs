using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Cloud;

namespace ModelServing.Cli.Doctor;

/// <summary>How much of a service limit a stack needs beyond what it has.</summary>
/// <param name="Service">The service, as the limits service names it.</param>
/// <param name="Limit">The limit's name.</param>
/// <param name="Count">How much is needed in all.</param>
/// <param name="AtLeastInEach">For a limit of each availability domain: how much of it each domain must have. Null for one of the
/// region.</param>
internal sealed partial record LimitNeed(string Service, string Limit, double Count, double? AtLeastInEach = null)
{
    // Both as in infra/.
    private const int BootVolumeGbs = 50;

    /// <summary>Whether the limit applies to each cluster, so what others have does not count.</summary>
    internal bool IsPerCluster { get; init; }

    /// <summary>What a stack needs. The names are those of docs/deploy.md, of Oracle's pages about limits and quotas, and of what public
    /// programs read from the limits service.</summary>
    internal static IEnumerable<LimitNeed> For(StackFile file, ExistingCluster? existing)
    {
        var cloud = file.Cloud!;
        var all = NodeCapacity.From(cloud.Cluster);
        var more = all.Without(existing?.Nodes ?? default);
        var one = cloud.Cluster.Nodes;
        var views = file.Settings.Features.Views.Count > 0;
        // What an earlier apply has made is in use already.
        var hasRest = existing is { Serves: true };
        var volumes = !hasRest && views ? cloud.FeatureServer.VolumeInGbs : 0;
        if (Family(one.Shape) is { } family && more.Count > 0)
        {
            yield return new("compute", $"standard-{family}-core-count", more.Ocpus, Math.Min(one.Ocpus, more.Ocpus));
            yield return new("compute", $"standard-{family}-memory-count", more.MemoryGbs, Math.Min(one.MemoryInGbs, more.MemoryGbs));
        }

        yield return new("container-engine", "node-count", all.Count) { IsPerCluster = true };
        // Oracle counts the nodes' boot volumes too.
        if (more.Count + volumes > 0)
        {
            yield return new("block-storage", "volume-count", more.Count + (volumes > 0 ? 1 : 0), 1);
            yield return new(
                "block-storage", "total-storage-gb", more.Count * BootVolumeGbs + volumes, Math.Max(BootVolumeGbs, volumes));
        }

        if (existing is null)
        {
            yield return new("container-engine", "enhanced-cluster-count", 1);
            yield return new("vcn", "vcn-count", 1);
            yield return new("container-registry", "repo-count", ImageNames.All.Count);
            yield return new("notifications", "topic-count", 2);
            foreach (var need in Tables(cloud))
                yield return need;
        }

        if (hasRest)
            yield break;
        // One for the routers, one for the feature server, one through which TrafficSplitter reaches the routers.
        yield return new(
            "network-load-balancer-api", "max-nlb-flexible-count", 1 + (views ? 1 : 0) + (cloud.Functions.Splitter is null ? 0 : 1));
        yield return new("api-gateway", "gateway-count", 1);
        // The functions have one, the gateway has two in a group of its own. Those of pods and of the network are in the foundation.
        var ofFoundation = existing is null ? (cloud.Telemetry.PodLogDays is null ? 0 : 1) + (cloud.Network.FlowLogs is null ? 0 : 1) : 0;
        yield return new("logging", "log-group-count", 2 + ofFoundation);
        yield return new("logging", "log-count", 3 + ofFoundation);
        foreach (var need in Functions(cloud.Functions))
            yield return need;
    }

    /// <summary>The part of a limit's name for a shape, as in <c>e5</c> for VM.Standard.E5.Flex; null if it is unknown.</summary>
    internal static string? Family(string shape) =>
        Form.Match(shape) is { Success: true } match ? match.Groups[1].Value.ToLowerInvariant() : null;

    // Rollback, ModelMetrics and ModelLoader may run at the same time, beside the containers that are kept ready. Of TrafficSplitter, one
    // container counts: how many it needs depends on the requests.
    private static IEnumerable<LimitNeed> Functions(FunctionStackSettings functions)
    {
        var (count, running) = (3, (2 * functions.MemoryInMbs) + functions.LoaderMemoryInMbs);
        var ready = functions.ProvisionedConcurrency * functions.MemoryInMbs;
        if (functions.Splitter is { } splitter)
        {
            (count, running) = (count + 1, running + splitter.MemoryInMbs);
            ready += splitter.ProvisionedConcurrency * splitter.MemoryInMbs;
        }

        yield return new("faas", "application-count", 1);
        yield return new("faas", "function-count", count);
        yield return new("faas", "total-concurrency-mb", running + ready);
        if (ready > 0)
            yield return new("faas", "provisioned-concurrency-mb", ready);
    }

    private static IEnumerable<LimitNeed> Tables(CloudSettings cloud)
    {
        var (journal, store) = (cloud.Journal, cloud.PredictionStore);
        yield return new("nosql", "read-unit-count", journal.ReadUnits + store.ReadUnits + store.OutcomeReadUnits);
        yield return new("nosql", "write-unit-count", journal.WriteUnits + store.WriteUnits + store.OutcomeWriteUnits);
        yield return new("nosql", "table-size-gb", journal.StorageInGbs + store.StorageInGbs + store.OutcomeStorageInGbs);
    }

    [GeneratedRegex(@"\AVM\.Standard\.([AE][0-9]+)\.Flex\z")]
    private static partial Regex Form { get; }
}
