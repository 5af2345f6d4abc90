using Oci.Common;
using Oci.Common.Http;

namespace Oci.ObjectstorageService.Requests;

public class DeleteObjectRequest : IOciRequest
{
    [Wire(Place.Path, "namespaceName")]
    public string NamespaceName { get; set; }

    [Wire(Place.Path, "bucketName")]
    public string BucketName { get; set; }

    [Wire(Place.Path, "objectName")]
    public string ObjectName { get; set; }

    [Wire(Place.Header, "if-match")]
    public string IfMatch { get; set; }

    [Wire(Place.Header, "opc-client-request-id")]
    public string OpcClientRequestId { get; set; }

    [Wire(Place.Query, "versionId")]
    public string VersionId { get; set; }
}
