namespace ModelServing.TestKit.Monitoring;

/// <summary>The emulated operations, with the SDK's names.</summary>
public enum MonitoringOperation
{
    PostMetricData,
    ListAlarmsStatus,
    RetrieveDimensionStates,
}
