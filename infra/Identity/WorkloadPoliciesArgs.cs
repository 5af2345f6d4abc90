using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>What <see cref="WorkloadPolicies"/> is given.</summary>
public sealed class WorkloadPoliciesArgs : ComponentArgs
{
    /// <summary>The provider of the tenancy's home region, where identity is written.</summary>
    public required Pulumi.Oci.Provider HomeRegion { get; init; }

    /// <summary>The OCID of the tenancy, where dynamic groups live.</summary>
    public required Input<string> TenancyId { get; init; }

    /// <summary>The OCID of the cluster whose pods are meant.</summary>
    public required Input<string> ClusterId { get; init; }

    /// <summary>The name of the artifacts' bucket.</summary>
    public required string BucketName { get; init; }

    /// <summary>The Kubernetes namespace of the pods.</summary>
    public required string Namespace { get; init; }

    /// <summary>The service account of Inference's pods.</summary>
    public required string InferenceAccount { get; init; }

    /// <summary>The service account of the routers' pods.</summary>
    public required string RouterAccount { get; init; }

    /// <summary>What the keys of verdicts begin with, in the bucket: the one thing that functions may write there.</summary>
    public required string VerdictsPrefix { get; init; }
}
