using System.Collections.Immutable;
using System.Globalization;
using ModelServing.Contracts;
using Pulumi;
using Pulumi.Oci.ContainerEngine;
using Pulumi.Oci.ContainerEngine.Inputs;
using Pulumi.Oci.Identity;

namespace ModelServing.Infra.Cluster;

/// <summary>
/// The pools of nodes. Our pods run on one pool for each availability domain: the autoscaler can then add a node in the domain where a
/// pod's volume is, and another number of domains adds or removes pools and moves no node. OKE gives all pods of a pool the same groups, so
/// routers that alone reach the internet run on pools of their own. The add-ons run on a pool that the autoscaler does not manage.
/// </summary>
internal sealed class NodePools
{
    /// <summary>The input that the autoscaler changes once a pool exists, so the program ignores its changes.</summary>
    private const string Size = "nodeConfigDetails.size";

    private readonly Resource parent;
    private readonly string name;
    private readonly ClusterArgs args;
    private readonly Output<string> clusterId;
    private readonly ClusterSoftware software;

    internal NodePools(Resource parent, string name, ClusterArgs args, Output<string> clusterId, ClusterSoftware software)
    {
        this.parent = parent;
        this.name = name;
        this.args = args;
        this.clusterId = clusterId;
        this.software = software;
        var domains = Domains();
        SystemPool = args.SystemNodes > 0 ? CreateSystem(domains) : null;
        InputList<string> pods = [args.Network.Pods.GroupId];
        Managed = [.. Scaled("nodes", ClusterNames.ServingPool, (args.MinNodes, args.MaxNodes), pods, domains)];
        if (args.RouterNodes is { } routers)
        {
            InputList<string> groups = [args.Network.Pods.GroupId, args.Network.EgressGroupId!];
            Managed = [.. Managed, .. Scaled("router-nodes", ClusterNames.RouterPool, routers, groups, domains)];
        }
    }

    /// <summary>The pools of our pods, which the autoscaler manages, with their smallest and largest numbers of nodes.</summary>
    internal ImmutableArray<(NodePool Pool, int Min, int Max)> Managed { get; }

    /// <summary>The pool of the add-ons; null for none.</summary>
    internal NodePool? SystemPool { get; }

    internal IReadOnlyList<NodePool> All =>
        [.. SystemPool is null ? (NodePool[])[] : [SystemPool], .. Managed.Select(static each => each.Pool)];

    // One pool for each availability domain, with its part of the numbers.
    private IEnumerable<(NodePool Pool, int Min, int Max)> Scaled(
        string key, string purpose, (int Min, int Max) range, InputList<string> podGroups, Output<ImmutableArray<string>> domains)
    {
        for (var i = 0; i < args.AvailabilityDomains; i++)
        {
            var index = i;
            var (min, max) = (Part(range.Min), Part(range.Max));
            var pool = Create(
                string.Create(CultureInfo.InvariantCulture, $"{key}-{index + 1}"),
                purpose,
                max,
                new NodePoolNodeShapeConfigArgs { Ocpus = args.NodeOcpus, MemoryInGbs = args.NodeMemoryGbs },
                Nodes(min, domains.Apply(all => ImmutableArray.Create(Placement(all[index]))), podGroups),
                ignored: [Size]);
            yield return (pool, min, max);

            // The first pools have one more if the number can't be divided.
            int Part(int nodes) => nodes / args.AvailabilityDomains + (index < nodes % args.AvailabilityDomains ? 1 : 0);
        }
    }

    private NodePool CreateSystem(Output<ImmutableArray<string>> domains) => Create(
        "system",
        ClusterNames.SystemPool,
        args.SystemNodes,
        new NodePoolNodeShapeConfigArgs { Ocpus = args.SystemNodeOcpus, MemoryInGbs = args.SystemNodeMemoryGbs },
        Nodes(args.SystemNodes, domains.Apply(all => all.Select(Placement).ToImmutableArray()), [args.Network.Pods.GroupId]),
        ignored: []);

    private NodePool Create(
        string key,
        string purpose,
        int mostNodes,
        NodePoolNodeShapeConfigArgs shape,
        NodePoolNodeConfigDetailsArgs nodes,
        List<string> ignored) => new($"{name}-{key}", new NodePoolArgs
        {
            ClusterId = clusterId,
            CompartmentId = args.CompartmentId,
            Name = args.Names.NameOf(key),
            KubernetesVersion = software.KubernetesVersion,
            NodeShape = args.NodeShape,
            NodeShapeConfig = shape,
            NodeSourceDetails = new NodePoolNodeSourceDetailsArgs
            {
                SourceType = "IMAGE",
                ImageId = software.NodeImageId,
                BootVolumeSizeInGbs = args.NodeBootVolumeGbs.ToString(CultureInfo.InvariantCulture),
            },
            InitialNodeLabels = [new NodePoolInitialNodeLabelArgs { Key = ClusterNames.PoolLabel, Value = purpose }],
            NodeConfigDetails = nodes,
            NodeEvictionNodePoolSettings = new NodePoolNodeEvictionNodePoolSettingsArgs
            {
                // As OCI writes it. Another form of the same time would look like a change.
                EvictionGraceDuration = string.Create(CultureInfo.InvariantCulture, $"PT{ApplyTimes.NodeEviction.TotalMinutes:0}M"),
                // Otherwise one pod that can't be evicted ends the whole change as failed.
                IsForceActionAfterGraceDuration = true,
                IsForceDeleteAfterGraceDuration = true,
            },
            NodePoolCyclingDetails = new NodePoolNodePoolCyclingDetailsArgs
            {
                // The provider sends it with every update of the pool, and true is the request to replace all nodes.
                IsNodeCyclingEnabled = args.CyclesNodes,
                MaximumSurge = Surge.Share,
                MaximumUnavailable = "0%",
            },
            FreeformTags = args.Names.Tags("cluster"),
        }, new CustomResourceOptions
        {
            Parent = parent,
            IgnoreChanges = ignored,
            CustomTimeouts = ApplyTimes.NodePool(mostNodes, args.CyclesNodes),
        });

    private NodePoolNodeConfigDetailsArgs Nodes(
        int size, Output<ImmutableArray<NodePoolNodeConfigDetailsPlacementConfigArgs>> placements, InputList<string> podGroups) => new()
        {
            Size = size,
            PlacementConfigs = placements,
            NsgIds = [args.Network.Nodes.GroupId],
            IsPvEncryptionInTransitEnabled = true,
            KmsKeyId = args.KmsKeyId,
            NodePoolPodNetworkOptionDetails = new NodePoolNodeConfigDetailsNodePoolPodNetworkOptionDetailsArgs
            {
                CniType = "OCI_VCN_IP_NATIVE",
                PodSubnetIds = [args.Network.Pods.SubnetId],
                PodNsgIds = podGroups,
                MaxPodsPerNode = args.MaxPodsPerNode,
            },
            FreeformTags = args.Names.Tags("cluster"),
        };

    // OKE spreads the nodes of a domain over its fault domains.
    private NodePoolNodeConfigDetailsPlacementConfigArgs Placement(string domain) =>
        new() { AvailabilityDomain = domain, SubnetId = args.Network.Nodes.SubnetId };

    // A larger number of domains keeps the present ones, because the names sort in the order of their numbers.
    private Output<ImmutableArray<string>> Domains() =>
        GetAvailabilityDomains
            .Invoke(new GetAvailabilityDomainsInvokeArgs { CompartmentId = args.CompartmentId }, new InvokeOptions { Parent = parent })
            .Apply(result => result.AvailabilityDomains.Length < args.AvailabilityDomains
                ? throw new ArgumentException(
                    $"{nameof(args.AvailabilityDomains)} is {args.AvailabilityDomains}; the region has {result.AvailabilityDomains.Length}")
                : result.AvailabilityDomains
                    .Select(static domain => domain.Name)
                    .Order(StringComparer.Ordinal)
                    .Take(args.AvailabilityDomains)
                    .ToImmutableArray());
}
