using Oci.Common;
using Oci.Common.Http;
using Oci.ObjectstorageService.Models;

namespace Oci.ObjectstorageService.Requests;

public class CreateMultipartUploadRequest : IOciRequest
{
    [Wire(Place.Path, "namespaceName")]
    public string NamespaceName { get; set; }

    [Wire(Place.Path, "bucketName")]
    public string BucketName { get; set; }

    [Wire(Place.Body)]
    public CreateMultipartUploadDetails CreateMultipartUploadDetails { get; set; }

    [Wire(Place.Header, "if-match")]
    public string IfMatch { get; set; }

    [Wire(Place.Header, "if-none-match")]
    public string IfNoneMatch { get; set; }

    [Wire(Place.Header, "opc-client-request-id")]
    public string OpcClientRequestId { get; set; }
}
