using Newtonsoft.Json;

namespace Oci.NosqlService.Models;

public class UpdateRowResult
{
    [JsonProperty("version")]
    public string Version { get; set; }

    [JsonProperty("existingVersion")]
    public string ExistingVersion { get; set; }

    [JsonProperty("existingValue")]
    public Dictionary<string, object> ExistingValue { get; set; }

    [JsonProperty("generatedValue")]
    public string GeneratedValue { get; set; }

    [JsonProperty("usage")]
    public RequestUsage Usage { get; set; }
}
