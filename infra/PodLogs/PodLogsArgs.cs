using Pulumi;

namespace ModelServing.Infra.PodLogs;

public sealed class PodLogsArgs : ComponentArgs
{
    /// <summary>The provider for the tenancy's home region, where policies and dynamic groups are written.</summary>
    public required Pulumi.Oci.Provider HomeRegion { get; init; }

    /// <summary>The OCID of the tenancy, where dynamic groups are.</summary>
    public required Input<string> TenancyId { get; init; }

    /// <summary>The Kubernetes namespace whose pods' logs are collected.</summary>
    public required string Namespace { get; init; }

    /// <summary>The days that entries are kept: 30, 60, ... 180. 30 by default.</summary>
    public int RetentionDays { get; init; } = 30;
}
