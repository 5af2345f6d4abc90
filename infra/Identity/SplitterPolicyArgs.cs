using Pulumi;

namespace ModelServing.Infra.Identity;

public sealed class SplitterPolicyArgs : ComponentArgs
{
    /// <summary>The provider of the tenancy's home region, the only region where identity can be changed.</summary>
    public required Pulumi.Oci.Provider HomeRegion { get; init; }

    /// <summary>The OCID of TrafficSplitter.</summary>
    public required Input<string> FunctionId { get; init; }
}
