using Newtonsoft.Json;

namespace Oci.NosqlService.Models;

public class QueryResultCollection
{
    [JsonProperty("items")]
    public List<Dictionary<string, object>> Items { get; set; }

    [JsonProperty("usage")]
    public RequestUsage Usage { get; set; }
}
