using Newtonsoft.Json;

namespace Oci.MonitoringService.Models;

public class PostMetricDataResponseDetails
{
    [JsonProperty("failedMetricsCount")]
    public int? FailedMetricsCount { get; set; }

    [JsonProperty("failedMetrics")]
    public List<FailedMetricRecord> FailedMetrics { get; set; }
}
