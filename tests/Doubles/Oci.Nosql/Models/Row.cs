using Newtonsoft.Json;

namespace Oci.NosqlService.Models;

public class Row
{
    [JsonProperty("value")]
    public Dictionary<string, object> Value { get; set; }

    [JsonProperty("timeOfExpiration")]
    public DateTime? TimeOfExpiration { get; set; }

    [JsonProperty("usage")]
    public RequestUsage Usage { get; set; }
}
