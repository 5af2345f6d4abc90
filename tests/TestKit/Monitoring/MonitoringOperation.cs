namespace ModelServing.TestKit.Monitoring;

/// <summary>The operations that are emulated, by the SDK's names.</summary>
public enum MonitoringOperation
{
    PostMetricData,
    ListAlarmsStatus,
    RetrieveDimensionStates,
}
