using Pulumi;

namespace ModelServing.Infra.Identity;

public sealed class InvocationPolicyArgs : ComponentArgs
{
    /// <summary>The provider of the tenancy's home region, the only region where identity can be changed.</summary>
    public required Pulumi.Oci.Provider HomeRegion { get; init; }

    /// <summary>The OCID of the cluster that the pods run in.</summary>
    public required Input<string> ClusterId { get; init; }

    /// <summary>The Kubernetes namespace of the pods.</summary>
    public required string Namespace { get; init; }

    /// <summary>The service account of the pods that call ModelMetrics each minute.</summary>
    public required string Account { get; init; }

    /// <summary>The OCID of ModelMetrics.</summary>
    public required Input<string> FunctionId { get; init; }
}
