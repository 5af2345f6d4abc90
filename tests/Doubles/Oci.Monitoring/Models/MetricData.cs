namespace Oci.MonitoringService.Models;

/// <summary>A stream as the service summarizes it. Nothing uses it; it is here because its name is one that programs give to types of their own.</summary>
public class MetricData;
