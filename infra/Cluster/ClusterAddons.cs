using System.Globalization;
using Pulumi;
using Pulumi.Oci.ContainerEngine;
using Pulumi.Oci.ContainerEngine.Inputs;

namespace ModelServing.Infra.Cluster;

/// <summary>
/// The add-ons that OKE keeps up to date: the cluster autoscaler, and the metrics server with the cert-manager that it requires.
/// </summary>
internal static class ClusterAddons
{
    internal static void Add(
        Resource parent,
        string name,
        ClusterArgs args,
        Output<string> clusterId,
        Pulumi.Oci.ContainerEngine.NodePool pool,
        Pulumi.Oci.ContainerEngine.NodePool? routers)
    {
        var minutes = ((int)args.ScaleDownUnneededTime.TotalMinutes).ToString(CultureInfo.InvariantCulture);
        var nodes = Nodes(args.MinNodes, args.MaxNodes, pool);
        if (routers is not null)
            nodes = Output.Format($"{nodes}, {Nodes(args.RouterNodes!.Value.Min, args.RouterNodes.Value.Max, routers)}");

        // WorkloadPolicies has its policy. Without the policy the pod runs, but OCI refuses its requests.
        Addon("autoscaler", "ClusterAutoscaler", pool,
        [
            new AddonConfigurationArgs { Key = "authType", Value = "workload" },
            new AddonConfigurationArgs { Key = "nodes", Value = nodes },
            new AddonConfigurationArgs { Key = "scaleDownUnneededTime", Value = $"{minutes}m" },
        ]);
        var certManager = Addon("cert-manager", "CertManager", pool, []);
        Addon("metrics-server", "KubernetesMetricsServer", certManager, []);

        static Output<string> Nodes(int min, int max, Pulumi.Oci.ContainerEngine.NodePool pool)
        {
            var range = string.Create(CultureInfo.InvariantCulture, $"{min}:{max}");
            return Output.Format($"{range}:{pool.Id}");
        }

        Addon Addon(string key, string addon, Resource after, InputList<AddonConfigurationArgs> settings) =>
            new($"{name}-{key}", new AddonArgs
            {
                AddonName = addon,
                ClusterId = clusterId,
                Configurations = settings,
                RemoveAddonResourcesOnDelete = true,
            }, new CustomResourceOptions { Parent = parent, DependsOn = [after] });
    }
}
