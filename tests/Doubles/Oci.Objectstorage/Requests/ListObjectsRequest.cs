using Oci.Common;
using Oci.Common.Http;

namespace Oci.ObjectstorageService.Requests;

public class ListObjectsRequest : IOciRequest
{
    [Wire(Place.Path, "namespaceName")]
    public string NamespaceName { get; set; }

    [Wire(Place.Path, "bucketName")]
    public string BucketName { get; set; }

    [Wire(Place.Query, "prefix")]
    public string Prefix { get; set; }

    [Wire(Place.Query, "start")]
    public string Start { get; set; }

    [Wire(Place.Query, "end")]
    public string End { get; set; }

    [Wire(Place.Query, "limit")]
    public int? Limit { get; set; }

    [Wire(Place.Query, "delimiter")]
    public string Delimiter { get; set; }

    [Wire(Place.Query, "fields")]
    public string Fields { get; set; }

    [Wire(Place.Header, "opc-client-request-id")]
    public string OpcClientRequestId { get; set; }

    [Wire(Place.Query, "startAfter")]
    public string StartAfter { get; set; }
}
