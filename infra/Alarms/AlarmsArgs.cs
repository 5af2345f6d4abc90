using ModelServing.Contracts.Monitoring;
using OciFunctions = Pulumi.Oci.Functions;

namespace ModelServing.Infra.Alarms;

public sealed class AlarmsArgs : ComponentArgs
{
    /// <summary>The topics that the alarms publish to.</summary>
    public required Topics Topics { get; init; }

    /// <summary>The function that the topic <c>rollback</c> calls.</summary>
    public required OciFunctions.Function Rollback { get; init; }

    /// <summary>By default all alarms: those about models and those about the platform.</summary>
    public IReadOnlyList<AlarmDefinition> Definitions { get; init; } = [.. ModelAlarms.All, .. PlatformAlarms.All];
}
