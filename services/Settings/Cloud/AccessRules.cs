using System.Net;
using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The rules about who reaches what over the network. Paths are relative to the namespace.</summary>
internal static class AccessRules
{
    // The shortest prefix of a range that may reach the cluster's API: 65,536 addresses.
    private const int WidestPrefix = 16;

    internal static IEnumerable<SettingsFault> Check(CloudSettings cloud) =>
        [.. CheckWays(cloud.Cluster), .. CheckEgress(cloud), .. CheckNetwork(cloud.Network)];

    private static IEnumerable<SettingsFault> CheckEgress(CloudSettings cloud)
    {
        if (cloud.Cluster.RouterNodes is not { } routers)
            yield break;
        if (routers.Min > routers.Max)
            yield return Fault("cluster.routerNodes.min", $"{routers.Min} is greater than cluster.routerNodes.max, which is {routers.Max}");
        if (routers.Min < cloud.Cluster.Nodes.AvailabilityDomains)
        {
            yield return Fault(
                "cluster.routerNodes.min",
                $"{routers.Min} is less than cluster.nodes.availabilityDomains, which is {cloud.Cluster.Nodes.AvailabilityDomains}; each "
                + "domain has at least one node");
        }

        if (!cloud.Network.InternetEgress)
        {
            yield return Fault(
                "cluster.routerNodes",
                "routers need nodes of their own only to reach the internet; remove this, or set network.internetEgress to true");
        }
    }

    private static IEnumerable<SettingsFault> CheckNetwork(NetworkSettings network)
    {
        if (network.Cidr == ClusterNames.ServiceCidr)
            yield return Fault("network.cidr", $"{network.Cidr} is the range of the cluster's Services; choose another one");
        if (network.FlowLogs is { } logs && logs.Days % 30 != 0)
            yield return Fault("network.flowLogs.days", $"{logs.Days} is not one of {CloudRules.LogDays}");
    }

    private static IEnumerable<SettingsFault> CheckWays(ClusterSettings cluster)
    {
        foreach (var fault in CheckRanges("cluster.allowedCidrs", cluster.AllowedCidrs))
            yield return fault;
        foreach (var fault in CheckRanges("cluster.bastionAllowedCidrs", cluster.BastionAllowedCidrs))
            yield return fault;
        if (cluster.PublicEndpoint && cluster.AllowedCidrs.Count == 0)
            yield return Fault("cluster.allowedCidrs", "missing: a public endpoint needs the addresses that may reach it");
        if (cluster.PublicEndpoint && cluster.Access != ClusterAccess.None)
        {
            yield return Fault(
                "cluster.access", "a public endpoint needs no other way; remove this, or set cluster.publicEndpoint to false");
        }
        if (cluster.Access == ClusterAccess.Bastion && cluster.BastionAllowedCidrs.Count == 0)
            yield return Fault("cluster.bastionAllowedCidrs", "missing: a Bastion needs the addresses that may open sessions");
        if (cluster.Access != ClusterAccess.Bastion && cluster.BastionAllowedCidrs.Count > 0)
            yield return Fault("cluster.bastionAllowedCidrs", "only a Bastion uses it; remove it, or set cluster.access to bastion");
    }

    private static IEnumerable<SettingsFault> CheckRanges(string path, IReadOnlyList<string> ranges)
    {
        for (var i = 0; i < ranges.Count; i++)
        {
            var text = ranges[i];
            if (!IPNetwork.TryParse(text, out var range) || range.ToString() != text)
                yield return Fault($"{path}[{i}]", $"{text} is not a range: its address has bits outside the prefix");
            else if (range.PrefixLength < WidestPrefix)
            {
                yield return Fault(
                    $"{path}[{i}]", $"{text} is wider than a /{WidestPrefix}; list only the addresses that need the cluster's API");
            }
        }
    }

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
