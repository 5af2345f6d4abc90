using ModelServing.Infra.Identity;
using ModelServing.Infra.Network;
using Pulumi;

namespace ModelServing.Infra.Cluster;

/// <summary>What <see cref="ClusterComponent"/> is given.</summary>
public sealed class ClusterArgs : ComponentArgs
{
    /// <summary>The network that the cluster stands in.</summary>
    public required NetworkComponent Network { get; init; }

    /// <summary>The version of Kubernetes, of control plane and nodes, as in <c>v1.33.1</c>.</summary>
    public required string KubernetesVersion { get; init; }

    /// <summary>The OCID of the nodes' image: pinned, so that nodes change when this does and never by themselves. It has to be an
    /// OKE image of <see cref="KubernetesVersion"/>, of this region.</summary>
    public required Input<string> NodeImageId { get; init; }

    /// <summary>Whether the Kubernetes API has a public address beside the private one. False by default; for good either way.</summary>
    public bool IsEndpointPublic { get; init; }

    /// <summary>How many availability domains the nodes are spread over, from 1 to 3. 1 by default.</summary>
    public int AvailabilityDomains { get; init; } = 1;

    /// <summary>The nodes' shape, a flexible one. <c>VM.Standard.E5.Flex</c> by default.</summary>
    public string NodeShape { get; init; } = "VM.Standard.E5.Flex";

    /// <summary>OCPUs of a node; one is two virtual CPUs. 2 by default.</summary>
    public double NodeOcpus { get; init; } = 2;

    /// <summary>Memory of a node in GB. 16 by default.</summary>
    public double NodeMemoryGbs { get; init; } = 16;

    /// <summary>The boot volume of a node in GB, 50 at least, which is the default. Spools and images lie on it.</summary>
    public int NodeBootVolumeGbs { get; init; } = 50;

    /// <summary>The fewest nodes, 1 at least: the autoscaler runs on one of them. 1 by default.</summary>
    public int MinNodes { get; init; } = 1;

    /// <summary>The most nodes. 3 by default.</summary>
    public int MaxNodes { get; init; } = 3;

    /// <summary>The most pods of a node, from 1 to 110. 31 by default, which is what one VNIC holds.</summary>
    public int MaxPodsPerNode { get; init; } = 31;

    /// <summary>How long a node that has to go waits for its pods, 60 minutes at most. 10 minutes by default, above what any of
    /// our pods takes to drain.</summary>
    public TimeSpan NodeEvictionGrace { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a node has to be idle before it goes. 10 minutes by default, in whole minutes.</summary>
    public TimeSpan ScaleDownUnneededTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The addresses of Services; nothing outside of the cluster sees them. <c>10.96.0.0/16</c> by default.</summary>
    public string ServiceCidr { get; init; } = "10.96.0.0/16";

    /// <summary>The OCID of the key that Kubernetes secrets are encrypted with at rest, beside Oracle's own encryption of the
    /// disks. None by default; for good either way. It takes <see cref="ServicePolicies"/>' leave.</summary>
    public Input<string>? KmsKeyId { get; init; }

    /// <summary>What gives the cluster leave to use the key; it is made first. Required when there is a key.</summary>
    public Input<Resource>? KeyPolicy { get; init; }

    internal ClusterArgs CheckedSizes()
    {
        if (AvailabilityDomains is < 1 or > 3)
            throw new ArgumentException($"{nameof(AvailabilityDomains)} is {AvailabilityDomains}; a region has from 1 to 3");
        if (MinNodes < 1 || MaxNodes < MinNodes)
            throw new ArgumentException($"{nameof(MinNodes)} {MinNodes} and {nameof(MaxNodes)} {MaxNodes} are no range from 1 up");
        if (NodeBootVolumeGbs < 50)
            throw new ArgumentException($"{nameof(NodeBootVolumeGbs)} is {NodeBootVolumeGbs}; a boot volume has 50 at least");
        if (MaxPodsPerNode is < 1 or > 110)
            throw new ArgumentException($"{nameof(MaxPodsPerNode)} is {MaxPodsPerNode}; a node has from 1 to 110");
        if (NodeEvictionGrace < TimeSpan.Zero || NodeEvictionGrace > TimeSpan.FromHours(1))
            throw new ArgumentException($"{nameof(NodeEvictionGrace)} is {NodeEvictionGrace}; it is from 0 to 60 minutes");
        if (KmsKeyId is not null && KeyPolicy is null)
            throw new ArgumentException($"{nameof(KmsKeyId)} is given and {nameof(KeyPolicy)} is not: the cluster could not use the key");
        var services = AddressRange.Parse(ServiceCidr, nameof(ServiceCidr));
        return services.Overlaps(AddressRange.Parse(Network.VcnCidr, "the network"))
            ? throw new ArgumentException($"{nameof(ServiceCidr)} {ServiceCidr} overlaps the network's {Network.VcnCidr}")
            : this;
    }
}
