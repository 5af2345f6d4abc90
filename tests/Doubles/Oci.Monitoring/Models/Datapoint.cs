using Newtonsoft.Json;

namespace Oci.MonitoringService.Models;

public class Datapoint
{
    [JsonProperty("timestamp")]
    public DateTime? Timestamp { get; set; }

    [JsonProperty("value")]
    public double Value { get; set; }

    [JsonProperty("count")]
    public int? Count { get; set; }
}
