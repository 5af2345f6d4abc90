using Newtonsoft.Json;

namespace Oci.MonitoringService.Models;

public class MetricDataDetails
{
    [JsonProperty("namespace")]
    public string Namespace { get; set; }

    [JsonProperty("resourceGroup")]
    public string ResourceGroup { get; set; }

    [JsonProperty("compartmentId")]
    public string CompartmentId { get; set; }

    [JsonProperty("name")]
    public string Name { get; set; }

    [JsonProperty("dimensions")]
    public Dictionary<string, string> Dimensions { get; set; }

    [JsonProperty("metadata")]
    public Dictionary<string, string> Metadata { get; set; }

    [JsonProperty("datapoints")]
    public List<Datapoint> Datapoints { get; set; }
}
