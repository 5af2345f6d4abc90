using Newtonsoft.Json;

namespace Oci.ObjectstorageService.Models;

public class CommitMultipartUploadPartDetails
{
    [JsonProperty("partNum")]
    public int? PartNum { get; set; }

    [JsonProperty("etag")]
    public string Etag { get; set; }
}
