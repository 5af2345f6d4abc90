using ModelServing.Contracts.Monitoring;
using OciFunctions = Pulumi.Oci.Functions;

namespace ModelServing.Infra.Alarms;

public sealed class AlarmsArgs : ComponentArgs
{
    /// <summary>The topics that the alarms publish to.</summary>
    public required Topics Topics { get; init; }

    /// <summary>The function that the topic <c>rollback</c> calls.</summary>
    public required OciFunctions.Function Rollback { get; init; }

    /// <summary>The alarms about the function TrafficSplitter. None by default, for an environment without it.</summary>
    public IReadOnlyList<AlarmDefinition> Splitter { get; init; } = [];

    /// <summary>All alarms.</summary>
    internal IEnumerable<AlarmDefinition> Definitions => [.. ModelAlarms.All, .. PlatformAlarms.All, .. Splitter];
}
