using System.Text.RegularExpressions;
using ModelServing.Settings;

namespace ModelServing.Cli.Doctor;

/// <summary>How much of a service limit a stack needs beyond what it has.</summary>
/// <param name="Service">The service, as the limits service names it.</param>
/// <param name="Limit">The limit's name.</param>
/// <param name="Count">How much is needed in all.</param>
/// <param name="AtLeastInEach">For a limit of each availability domain: how much of it each domain must have. Null for one of the
/// region.</param>
internal sealed partial record LimitNeed(string Service, string Limit, double Count, double? AtLeastInEach = null)
{
    /// <summary>What a stack needs. The names are those of docs/deploy.md and of Oracle's pages about quotas.</summary>
    internal static IEnumerable<LimitNeed> For(StackFile file, ExistingCluster? existing)
    {
        var cloud = file.Cloud!;
        var nodes = cloud.Cluster.Nodes;
        var most = nodes.Max + (cloud.Cluster.RouterNodes?.Max ?? 0);
        var more = Math.Max(0, most - (existing?.Nodes ?? 0));
        if (Family(nodes.Shape) is { } family && more > 0)
        {
            yield return new("compute", $"standard-{family}-core-count", more * nodes.Ocpus, nodes.Ocpus);
            yield return new("compute", $"standard-{family}-memory-count", more * nodes.MemoryInGbs, nodes.MemoryInGbs);
        }

        if (more > 0)
            yield return new("container-engine", "node-count", more);
        if (existing is not null)
            yield break;
        var views = file.Settings.Features.Views.Count > 0;
        yield return new("container-engine", "enhanced-cluster-count", 1);
        yield return new("vcn", "vcn-count", 1);
        yield return new("network-load-balancer-api", "max-nlb-flexible-count", views ? 2 : 1);
        yield return new("api-gateway", "gateway-count", 1);
        yield return new("notifications", "topic-count", 2);
        if (views)
        {
            yield return new("block-storage", "volume-count", 1, 1);
            yield return new("block-storage", "total-storage-gb", cloud.FeatureServer.VolumeInGbs, cloud.FeatureServer.VolumeInGbs);
        }
    }

    /// <summary>The part of a limit's name for a shape, as in <c>e5</c> for VM.Standard.E5.Flex; null if it is unknown.</summary>
    internal static string? Family(string shape) =>
        Form.Match(shape) is { Success: true } match ? match.Groups[1].Value.ToLowerInvariant() : null;

    [GeneratedRegex(@"\AVM\.Standard\.([AE][0-9]+)\.Flex\z")]
    private static partial Regex Form { get; }
}
