using Oci.Common;
using Oci.Common.Http;
using Oci.ObjectstorageService.Models;

namespace Oci.ObjectstorageService.Requests;

public class PutObjectRequest : IOciRequest
{
    [Wire(Place.Path, "namespaceName")]
    public string NamespaceName { get; set; }

    [Wire(Place.Path, "bucketName")]
    public string BucketName { get; set; }

    [Wire(Place.Path, "objectName")]
    public string ObjectName { get; set; }

    [Wire(Place.Header, "Content-Length")]
    public long? ContentLength { get; set; }

    [Wire(Place.Body)]
    public Stream PutObjectBody { get; set; }

    [Wire(Place.Header, "if-match")]
    public string IfMatch { get; set; }

    [Wire(Place.Header, "if-none-match")]
    public string IfNoneMatch { get; set; }

    [Wire(Place.Header, "opc-client-request-id")]
    public string OpcClientRequestId { get; set; }

    [Wire(Place.Header, "Content-MD5")]
    public string ContentMD5 { get; set; }

    [Wire(Place.Header, "Content-Type")]
    public string ContentType { get; set; }

    [Wire(Place.Header, "storage-tier")]
    public StorageTier? StorageTier { get; set; }

    [Wire(Place.Header, "opc-meta-")]
    public Dictionary<string, string> OpcMeta { get; set; }
}
