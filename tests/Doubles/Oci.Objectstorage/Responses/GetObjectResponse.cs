using Oci.Common;
using Oci.Common.Http;
using Oci.ObjectstorageService.Models;
using Range = Oci.Common.Model.Range;

namespace Oci.ObjectstorageService.Responses;

public class GetObjectResponse : OciResponse
{
    [Wire(Place.Header, "opc-client-request-id")]
    public string OpcClientRequestId { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }

    [Wire(Place.Header, "ETag")]
    public string ETag { get; set; }

    [Wire(Place.Header, "opc-meta-")]
    public Dictionary<string, string> OpcMeta { get; set; }

    [Wire(Place.Header, "content-length")]
    public long? ContentLength { get; set; }

    [Wire(Place.Header, "content-range")]
    public Range ContentRange { get; set; }

    [Wire(Place.Header, "content-md5")]
    public string ContentMd5 { get; set; }

    [Wire(Place.Header, "opc-multipart-md5")]
    public string OpcMultipartMd5 { get; set; }

    [Wire(Place.Header, "content-type")]
    public string ContentType { get; set; }

    [Wire(Place.Header, "last-modified")]
    public DateTime? LastModified { get; set; }

    [Wire(Place.Header, "storage-tier")]
    public StorageTier? StorageTier { get; set; }

    [Wire(Place.Header, "version-id")]
    public string VersionId { get; set; }

    [Wire(Place.Body)]
    public Stream InputStream { get; set; }

    /// <summary>Always false, as in the official package. Only the response's status shows whether the object was modified.</summary>
    public bool IsNotModified { get; set; }
}
