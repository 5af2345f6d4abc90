using ModelServing.Contracts.Monitoring;
using OciFunctions = Pulumi.Oci.Functions;

namespace ModelServing.Infra.Alarms;

/// <summary>What <see cref="AlarmsComponent"/> is given.</summary>
public sealed class AlarmsArgs : ComponentArgs
{
    /// <summary>Where they are told of.</summary>
    public required Topics Topics { get; init; }

    /// <summary>The function that the topic of rollbacks calls.</summary>
    public required OciFunctions.Function Rollback { get; init; }

    /// <summary>The alarms: those of Contracts by default, of models and of the platform.</summary>
    public IReadOnlyList<AlarmDefinition> Definitions { get; init; } = [.. ModelAlarms.All, .. PlatformAlarms.All];
}
