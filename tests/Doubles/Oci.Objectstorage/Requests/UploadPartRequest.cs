using Oci.Common;
using Oci.Common.Http;

namespace Oci.ObjectstorageService.Requests;

public class UploadPartRequest : IOciRequest
{
    [Wire(Place.Path, "namespaceName")]
    public string NamespaceName { get; set; }

    [Wire(Place.Path, "bucketName")]
    public string BucketName { get; set; }

    [Wire(Place.Path, "objectName")]
    public string ObjectName { get; set; }

    [Wire(Place.Query, "uploadId")]
    public string UploadId { get; set; }

    [Wire(Place.Query, "uploadPartNum")]
    public int? UploadPartNum { get; set; }

    [Wire(Place.Header, "Content-Length")]
    public long? ContentLength { get; set; }

    [Wire(Place.Body)]
    public Stream UploadPartBody { get; set; }

    [Wire(Place.Header, "opc-client-request-id")]
    public string OpcClientRequestId { get; set; }

    [Wire(Place.Header, "if-match")]
    public string IfMatch { get; set; }

    [Wire(Place.Header, "if-none-match")]
    public string IfNoneMatch { get; set; }

    [Wire(Place.Header, "Content-MD5")]
    public string ContentMD5 { get; set; }
}
