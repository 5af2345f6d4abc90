using Oci.Common;
using Oci.Common.Http;

namespace Oci.ObjectstorageService.Responses;

public class PutObjectResponse : OciResponse
{
    [Wire(Place.Header, "opc-client-request-id")]
    public string OpcClientRequestId { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }

    [Wire(Place.Header, "opc-content-md5")]
    public string OpcContentMd5 { get; set; }

    [Wire(Place.Header, "ETag")]
    public string ETag { get; set; }

    [Wire(Place.Header, "last-modified")]
    public DateTime? LastModified { get; set; }

    [Wire(Place.Header, "version-id")]
    public string VersionId { get; set; }
}
