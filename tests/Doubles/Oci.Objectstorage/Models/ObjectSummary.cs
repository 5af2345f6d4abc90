using Newtonsoft.Json;

namespace Oci.ObjectstorageService.Models;

public class ObjectSummary
{
    [JsonProperty("name")]
    public string Name { get; set; }

    [JsonProperty("size")]
    public long? Size { get; set; }

    [JsonProperty("md5")]
    public string Md5 { get; set; }

    [JsonProperty("timeCreated")]
    public DateTime? TimeCreated { get; set; }

    [JsonProperty("etag")]
    public string Etag { get; set; }

    [JsonProperty("storageTier")]
    [JsonConverter(typeof(Oci.Common.Http.LenientEnumConverter))]
    public StorageTier? StorageTier { get; set; }

    [JsonProperty("timeModified")]
    public DateTime? TimeModified { get; set; }
}
