using Pulumi;

namespace ModelServing.Infra.Identity;

public sealed class FunctionPoliciesArgs : ComponentArgs
{
    /// <summary>The provider of the tenancy's home region, the only region where identity can be changed.</summary>
    public required Pulumi.Oci.Provider HomeRegion { get; init; }

    /// <summary>The OCID of the tenancy, which dynamic groups belong to.</summary>
    public required Input<string> TenancyId { get; init; }

    /// <summary>The name of the bucket of artifacts.</summary>
    public required string BucketName { get; init; }

    /// <summary>The OCID of Rollback.</summary>
    public required Input<string> RollbackId { get; init; }

    /// <summary>The OCID of ModelMetrics.</summary>
    public required Input<string> ModelMetricsId { get; init; }

    /// <summary>The OCID of ModelLoader.</summary>
    public required Input<string> ModelLoaderId { get; init; }

    /// <summary>The prefix of the keys of artifacts in the bucket, which ModelLoader reads.</summary>
    public required string ArtifactsPrefix { get; init; }

    /// <summary>The prefix of the keys of verdicts in the bucket, which ModelLoader writes.</summary>
    public required string VerdictsPrefix { get; init; }
}
