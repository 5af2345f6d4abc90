using Newtonsoft.Json;

namespace Oci.ObjectstorageService.Models;

public class CommitMultipartUploadDetails
{
    [JsonProperty("partsToCommit")]
    public List<CommitMultipartUploadPartDetails> PartsToCommit { get; set; }

    [JsonProperty("partsToExclude")]
    public List<int> PartsToExclude { get; set; }
}
