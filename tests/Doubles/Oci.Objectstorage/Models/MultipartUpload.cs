using Newtonsoft.Json;

namespace Oci.ObjectstorageService.Models;

public class MultipartUpload
{
    [JsonProperty("namespace")]
    public string Namespace { get; set; }

    [JsonProperty("bucket")]
    public string Bucket { get; set; }

    [JsonProperty("object")]
    public string Object { get; set; }

    [JsonProperty("uploadId")]
    public string UploadId { get; set; }

    [JsonProperty("timeCreated")]
    public DateTime? TimeCreated { get; set; }

    [JsonProperty("storageTier")]
    [JsonConverter(typeof(Oci.Common.Http.LenientEnumConverter))]
    public StorageTier? StorageTier { get; set; }
}
