using Pulumi;

namespace ModelServing.Infra.Identity;

public sealed class ServicePoliciesArgs : ComponentArgs
{
    /// <summary>The provider of the tenancy's home region, the only region where identity can be changed.</summary>
    public required Pulumi.Oci.Provider HomeRegion { get; init; }

    /// <summary>The region of the environment, as in <c>eu-frankfurt-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>The name of the bucket of artifacts.</summary>
    public required string BucketName { get; init; }

    /// <summary>The name of the bucket that Object Storage copies the artifacts to. None by default.</summary>
    public string? ReplicaName { get; init; }

    /// <summary>The OCID of the key that encrypts the bucket, the cluster's secrets and the disks of the nodes. None by default. It must
    /// be in the environment's compartment.</summary>
    public Input<string>? KmsKeyId { get; init; }
}
