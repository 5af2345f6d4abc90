using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using Pulumi;
using Pulumi.Oci.ContainerEngine.Inputs;
using Pulumi.Oci.Identity;
using ContainerEngine = Pulumi.Oci.ContainerEngine;

namespace ModelServing.Infra.Cluster;

internal static class NodePool
{
    /// <summary>The input that the autoscaler changes once the pool exists, so the program ignores its changes.</summary>
    internal const string Size = "nodeConfigDetails.size";

    internal static ContainerEngine.NodePool Create(
        Resource parent, string name, ClusterArgs args, Output<string> clusterId, InputMap<string> tags)
    {
        var network = args.Network;
        return new ContainerEngine.NodePool($"{name}-nodes", new ContainerEngine.NodePoolArgs
        {
            ClusterId = clusterId,
            CompartmentId = args.CompartmentId,
            Name = args.Names.NameOf("nodes"),
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
                Size = args.MinNodes,
                PlacementConfigs = Placements(parent, args),
                NsgIds = [network.Nodes.GroupId],
                IsPvEncryptionInTransitEnabled = true,
                NodePoolPodNetworkOptionDetails = new NodePoolNodeConfigDetailsNodePoolPodNetworkOptionDetailsArgs
                {
                    CniType = "OCI_VCN_IP_NATIVE",
                    PodSubnetIds = [network.Pods.SubnetId],
                    PodNsgIds = [network.Pods.GroupId],
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
        }, new CustomResourceOptions { Parent = parent, IgnoreChanges = [Size] });
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
