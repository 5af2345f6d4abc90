using Newtonsoft.Json;
using Newtonsoft.Json.Converters;

namespace Oci.ObjectstorageService.Models;

public class CreateMultipartUploadDetails
{
    [JsonProperty("object")]
    public string Object { get; set; }

    [JsonProperty("contentType")]
    public string ContentType { get; set; }

    [JsonProperty("storageTier")]
    [JsonConverter(typeof(StringEnumConverter))]
    public StorageTier? StorageTier { get; set; }

    [JsonProperty("metadata")]
    public Dictionary<string, string> Metadata { get; set; }
}
