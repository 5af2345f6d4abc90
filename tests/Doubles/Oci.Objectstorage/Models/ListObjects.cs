using Newtonsoft.Json;

namespace Oci.ObjectstorageService.Models;

public class ListObjects
{
    [JsonProperty("objects")]
    public List<ObjectSummary> Objects { get; set; }

    [JsonProperty("prefixes")]
    public List<string> Prefixes { get; set; }

    [JsonProperty("nextStartWith")]
    public string NextStartWith { get; set; }
}
