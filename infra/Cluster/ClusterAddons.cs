using System.Collections.Immutable;
using System.Globalization;
using ModelServing.Contracts;
using Pulumi;
using Pulumi.Oci.ContainerEngine;
using Pulumi.Oci.ContainerEngine.Inputs;

namespace ModelServing.Infra.Cluster;

/// <summary>
/// The add-ons that OKE keeps up to date: the cluster autoscaler, and the metrics server with the cert-manager that it requires.
/// </summary>
internal static class ClusterAddons
{
    // Two, so that one can add the node on which the other finds room again.
    private const string AutoscalerReplicas = "2";

    internal static void Add(Resource parent, string name, ClusterArgs args, Output<string> clusterId, NodePools pools)
    {
        List<AddonConfigurationArgs> everywhere = pools.SystemPool is null
            ? []
            : [Setting("nodeSelectors", $$"""{"{{ClusterNames.PoolLabel}}":"{{ClusterNames.SystemPool}}"}""")];

        // WorkloadPolicies has its policy. Without the policy the pod runs, but OCI refuses its requests.
        Addon("autoscaler", "ClusterAutoscaler", pools.All, Autoscaler(args, pools));
        var certManager = Addon("cert-manager", "CertManager", pools.All, []);
        Addon("metrics-server", "KubernetesMetricsServer", [certManager], []);

        Addon Addon(string key, string addon, IReadOnlyList<Resource> after, IEnumerable<AddonConfigurationArgs> settings) =>
            new($"{name}-{key}", new AddonArgs
            {
                AddonName = addon,
                ClusterId = clusterId,
                Configurations = [.. settings, .. everywhere],
                RemoveAddonResourcesOnDelete = true,
            }, new CustomResourceOptions
            {
                Parent = parent,
                DependsOn = after.ToImmutableArray(),
                CustomTimeouts = ApplyTimes.Addon,
            });
    }

    private static IEnumerable<AddonConfigurationArgs> Autoscaler(ClusterArgs args, NodePools pools)
    {
        yield return Setting("authType", "workload");
        yield return Setting("nodes", Output.All(pools.Managed.Select(static each => each.Pool.Id)).Apply(ids => string.Join(
            ", ",
            pools.Managed.Zip(ids, static (each, id) => string.Create(CultureInfo.InvariantCulture, $"{each.Min}:{each.Max}:{id}")))));
        yield return Setting("numOfReplicas", AutoscalerReplicas);
        yield return Setting("topologySpreadConstraints", """
            [{"maxSkew":1,"topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":"ScheduleAnyway",
            "labelSelector":{"matchLabels":{"app":"cluster-autoscaler"}}}]
            """.ReplaceLineEndings(""));
        yield return Setting("maxNodeProvisionTime", Minutes(ApplyTimes.NodeProvision));
        yield return Setting("scaleDownUnneededTime", Minutes(args.ScaleDownUnneededTime));
        // Otherwise a raised minimum does nothing until pods need nodes.
        yield return Setting("enforceNodeGroupMinSize", "true");
        // CoreDNS runs on any node. Our own pods say which of their volumes may be lost.
        yield return Setting("skipNodesWithSystemPods", "false");
        if (pools.SystemPool is null)
            yield return Setting("skipNodesWithLocalStorage", "false");
        // The load balancers stop sending connections to a node before it ends.
        yield return Setting("cordonNodeBeforeTerminating", "true");
        if (args.AvailabilityDomains > 1)
        {
            // Pools of the same purpose are similar.
            yield return Setting("balanceSimilarNodeGroups", "true");
            yield return Setting("balancingLabel", ClusterNames.PoolLabel);
        }
    }

    private static AddonConfigurationArgs Setting(string key, Input<string> value) => new() { Key = key, Value = value };

    private static string Minutes(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}m");
}
