using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>What <see cref="ServicePolicies"/> is given.</summary>
public sealed class ServicePoliciesArgs : ComponentArgs
{
    /// <summary>The provider of the tenancy's home region, where identity is written.</summary>
    public required Pulumi.Oci.Provider HomeRegion { get; init; }

    /// <summary>The region that the environment stands in, as in <c>eu-frankfurt-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>The name of the artifacts' bucket.</summary>
    public required string BucketName { get; init; }

    /// <summary>The OCID of the key that the bucket and the cluster's secrets are encrypted with. None by default. It has to be in the
    /// environment's compartment.</summary>
    public Input<string>? KmsKeyId { get; init; }
}
