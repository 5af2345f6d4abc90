using Oci.Common;
using Oci.Common.Http;
using Oci.ObjectstorageService.Models;

namespace Oci.ObjectstorageService.Responses;

public class ListObjectsResponse : OciResponse
{
    [Wire(Place.Header, "opc-client-request-id")]
    public string OpcClientRequestId { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }

    [Wire(Place.Body)]
    public ListObjects ListObjects { get; set; }
}
