namespace Oci.MonitoringService.Models;

/// <summary>A stream in the service's summaries. The product does not use it. It is here because its name collides with the product's own
/// type, as the official package's does.</summary>
public class MetricData;
