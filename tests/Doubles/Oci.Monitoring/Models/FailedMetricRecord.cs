using Newtonsoft.Json;

namespace Oci.MonitoringService.Models;

public class FailedMetricRecord
{
    [JsonProperty("message")]
    public string Message { get; set; }

    [JsonProperty("metricData")]
    public MetricDataDetails MetricData { get; set; }
}
