using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using ModelServing.Contracts;
using Pulumi;
using Pulumi.Oci.ContainerEngine.Inputs;
using Pulumi.Oci.Identity;
using ContainerEngine = Pulumi.Oci.ContainerEngine;

namespace ModelServing.Infra.Cluster;

internal static class NodePool
{
    /// <summary>The input that the autoscaler changes once the pool exists, so the program ignores its changes.</summary>
    internal const string Size = "nodeConfigDetails.size";

    /// <summary>Creates the pool of all pods, or of those but the routers.</summary>
    internal static ContainerEngine.NodePool Create(
        Resource parent, string name, ClusterArgs args, Output<string> clusterId, InputMap<string> tags) =>
        Create(parent, name, "nodes", args.MinNodes, args, clusterId, tags, [args.Network.Pods.GroupId]);

    /// <summary>Creates the pool of the routers. OKE gives all pods of a pool the same groups, so only a pool of their own can give them
    /// another one.</summary>
    internal static ContainerEngine.NodePool CreateForRouters(
        Resource parent, string name, ClusterArgs args, Output<string> clusterId, InputMap<string> tags)
    {
        InputList<string> groups = [args.Network.Pods.GroupId, args.Network.EgressGroupId!];
        return Create(parent, name, "router-nodes", args.RouterNodes!.Value.Min, args, clusterId, tags, groups, ClusterNames.RouterPool);
    }

    private static ContainerEngine.NodePool Create(
        Resource parent,
        string name,
        string key,
        int size,
        ClusterArgs args,
        Output<string> clusterId,
        InputMap<string> tags,
        InputList<string> podGroups,
        string? purpose = null)
    {
        var network = args.Network;
        var pool = new ContainerEngine.NodePoolArgs
        {
            ClusterId = clusterId,
            CompartmentId = args.CompartmentId,
            Name = args.Names.NameOf(key),
            KubernetesVersion = args.KubernetesVersion,
            NodeShape = args.NodeShape,
            NodeShapeConfig = new NodePoolNodeShapeConfigArgs { Ocpus = args.NodeOcpus, MemoryInGbs = args.NodeMemoryGbs },
            NodeSourceDetails = new NodePoolNodeSourceDetailsArgs
            {
                SourceType = "IMAGE",
                ImageId = args.NodeImageId,
                BootVolumeSizeInGbs = args.NodeBootVolumeGbs.ToString(CultureInfo.InvariantCulture),
            },
            NodeConfigDetails = new NodePoolNodeConfigDetailsArgs
            {
                Size = size,
                PlacementConfigs = Placements(parent, args),
                NsgIds = [network.Nodes.GroupId],
                IsPvEncryptionInTransitEnabled = true,
                NodePoolPodNetworkOptionDetails = new NodePoolNodeConfigDetailsNodePoolPodNetworkOptionDetailsArgs
                {
                    CniType = "OCI_VCN_IP_NATIVE",
                    PodSubnetIds = [network.Pods.SubnetId],
                    PodNsgIds = podGroups,
                    MaxPodsPerNode = args.MaxPodsPerNode,
                },
                FreeformTags = tags,
            },
            NodeEvictionNodePoolSettings = new NodePoolNodeEvictionNodePoolSettingsArgs
            {
                EvictionGraceDuration = XmlConvert.ToString(args.NodeEvictionGrace),
            },
            NodePoolCyclingDetails = new NodePoolNodePoolCyclingDetailsArgs
            {
                IsNodeCyclingEnabled = true,
                MaximumSurge = "1",
                MaximumUnavailable = "0",
            },
            FreeformTags = tags,
        };
        if (purpose is not null)
            pool.InitialNodeLabels = [new NodePoolInitialNodeLabelArgs { Key = ClusterNames.PoolLabel, Value = purpose }];
        return new($"{name}-{key}", pool, new CustomResourceOptions { Parent = parent, IgnoreChanges = [Size] });
    }

    private static InputList<NodePoolNodeConfigDetailsPlacementConfigArgs> Placements(Resource parent, ClusterArgs args) =>
        GetAvailabilityDomains
            .Invoke(new GetAvailabilityDomainsInvokeArgs { CompartmentId = args.CompartmentId }, new InvokeOptions { Parent = parent })
            .Apply(result => result.AvailabilityDomains.Length < args.AvailabilityDomains
                ? throw new ArgumentException(
                    $"{nameof(args.AvailabilityDomains)} is {args.AvailabilityDomains}; the region has {result.AvailabilityDomains.Length}")
                : result.AvailabilityDomains
                    .Select(domain => domain.Name)
                    .Order(StringComparer.Ordinal)
                    .Take(args.AvailabilityDomains)
                    .Select(domain => new NodePoolNodeConfigDetailsPlacementConfigArgs
                    {
                        AvailabilityDomain = domain,
                        SubnetId = args.Network.Nodes.SubnetId,
                    })
                    .ToImmutableArray());
}
