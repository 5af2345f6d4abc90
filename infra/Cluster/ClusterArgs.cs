using ModelServing.Contracts;
using ModelServing.Infra.Identity;
using ModelServing.Infra.Network;
using Pulumi;

namespace ModelServing.Infra.Cluster;

public sealed class ClusterArgs : ComponentArgs
{
    /// <summary>The network that the cluster is in.</summary>
    public required NetworkComponent Network { get; init; }

    /// <summary>The version of Kubernetes for the control plane and the nodes, as in <c>v1.33.1</c>.</summary>
    public required string KubernetesVersion { get; init; }

    /// <summary>The OCID of the nodes' image, an OKE image for <see cref="KubernetesVersion"/> in this region. By default, the newest one
    /// of Oracle Linux, so new nodes get Oracle's updates.</summary>
    public string? NodeImageId { get; init; }

    /// <summary>Whether the nodes have Arm processors. False by default.</summary>
    public bool IsArm { get; init; }

    /// <summary>Whether OKE cannot be asked what it offers. Then nothing is compared. False by default.</summary>
    public bool IsOffline { get; init; }

    /// <summary>Whether the Kubernetes API also has a public address. False by default. It cannot be changed later.</summary>
    public bool IsEndpointPublic { get; init; }

    /// <summary>The number of availability domains with nodes, from 1 to 3. 1 by default. Each has a pool of its own.</summary>
    public int AvailabilityDomains { get; init; } = 1;

    /// <summary>The shape of the nodes, which must be a flexible one. <c>VM.Standard.E5.Flex</c> by default.</summary>
    public string NodeShape { get; init; } = "VM.Standard.E5.Flex";

    /// <summary>The OCPUs of a node; one OCPU is two virtual CPUs. 2 by default.</summary>
    public double NodeOcpus { get; init; } = 2;

    /// <summary>The memory of a node in GB. 16 by default.</summary>
    public double NodeMemoryGbs { get; init; } = 16;

    /// <summary>The boot volume of a node in GB, at least 50, the default. It holds spools and images.</summary>
    public int NodeBootVolumeGbs { get; init; } = 50;

    /// <summary>The smallest number of nodes, at least one for each availability domain. 1 by default.</summary>
    public int MinNodes { get; init; } = 1;

    /// <summary>The largest number of nodes. 3 by default.</summary>
    public int MaxNodes { get; init; } = 3;

    /// <summary>The smallest and the largest number of nodes that only routers run on, whose pods are in the network's group of pods that
    /// reach the internet. There is at least one for each availability domain. Null, the default, for none.</summary>
    public (int Min, int Max)? RouterNodes { get; init; }

    /// <summary>The largest number of pods on a node, from 1 to 110. 31 by default, which is as many as one VNIC holds.</summary>
    public int MaxPodsPerNode { get; init; } = 31;

    /// <summary>The number of nodes for the add-ons. The autoscaler does not manage them, and none of our pods runs there. 2 by default;
    /// with 0, the add-ons run among our pods.</summary>
    public int SystemNodes { get; init; } = 2;

    /// <summary>The OCPUs of a node for the add-ons. 1 by default.</summary>
    public double SystemNodeOcpus { get; init; } = 1;

    /// <summary>The memory of a node for the add-ons in GB. 8 by default.</summary>
    public double SystemNodeMemoryGbs { get; init; } = 8;

    /// <summary>Whether a change of a pool replaces all its nodes. False by default: then only new nodes are as the pool says.</summary>
    public bool CyclesNodes { get; init; }

    /// <summary>How long a node must be idle before it is removed, in whole minutes. 10 minutes by default.</summary>
    public TimeSpan ScaleDownUnneededTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The addresses of Services; nothing outside the cluster sees them. <c>10.96.0.0/16</c> by default.</summary>
    public string ServiceCidr { get; init; } = ClusterNames.ServiceCidr;

    /// <summary>The OCID of the key that encrypts Kubernetes secrets and the disks of the nodes. By default, Oracle's own key does. It
    /// cannot be changed later. <see cref="ServicePolicies"/> allows the cluster and its nodes to use it.</summary>
    public Input<string>? KmsKeyId { get; init; }

    /// <summary>Whether the cluster is protected from deletion, because everything that serves is deleted with it. True by
    /// default.</summary>
    public bool DataProtection { get; init; } = true;

    /// <summary>The policy that allows the cluster and its nodes to use the key; it must exist before the cluster. Required if there is a
    /// key.</summary>
    public Input<Resource>? KeyPolicy { get; init; }

    internal ClusterArgs CheckedSizes()
    {
        if (AvailabilityDomains is < 1 or > 3)
            throw new ArgumentException($"{nameof(AvailabilityDomains)} is {AvailabilityDomains}; a region has from 1 to 3");
        if (MinNodes < AvailabilityDomains || MaxNodes < MinNodes)
            throw new ArgumentException(RangeFault(nameof(MinNodes), nameof(MaxNodes), MinNodes, MaxNodes));
        if (RouterNodes is { } routers && (routers.Min < AvailabilityDomains || routers.Max < routers.Min))
            throw new ArgumentException(RangeFault($"{nameof(RouterNodes)}.Min", $"{nameof(RouterNodes)}.Max", routers.Min, routers.Max));
        if (RouterNodes is not null && Network.EgressGroupId is null)
            throw new ArgumentException($"{nameof(RouterNodes)} need a network with a group of pods that reach the internet");
        if (SystemNodes < 0)
            throw new ArgumentException($"{nameof(SystemNodes)} is {SystemNodes}; it is at least 0");
        if (NodeBootVolumeGbs < 50)
            throw new ArgumentException($"{nameof(NodeBootVolumeGbs)} is {NodeBootVolumeGbs}; a boot volume has at least 50 GB");
        if (MaxPodsPerNode is < 1 or > 110)
            throw new ArgumentException($"{nameof(MaxPodsPerNode)} is {MaxPodsPerNode}; a node has from 1 to 110 pods");
        if (KmsKeyId is not null && KeyPolicy is null)
            throw new ArgumentException($"{nameof(KmsKeyId)} is given without {nameof(KeyPolicy)}, so the cluster could not use the key");
        var services = AddressRange.Parse(ServiceCidr, nameof(ServiceCidr));
        return services.Overlaps(AddressRange.Parse(Network.VcnCidr, "the network"))
            ? throw new ArgumentException($"{nameof(ServiceCidr)} {ServiceCidr} overlaps the network's {Network.VcnCidr}")
            : this;
    }

    private string RangeFault(string min, string max, int least, int most) =>
        $"{min} {least} and {max} {most} are not a range from at least {AvailabilityDomains}, the number of availability domains";
}
