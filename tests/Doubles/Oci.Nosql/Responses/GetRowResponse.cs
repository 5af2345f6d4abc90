using Oci.Common;
using Oci.Common.Http;
using Oci.NosqlService.Models;

namespace Oci.NosqlService.Responses;

public class GetRowResponse : OciResponse
{
    [Wire(Place.Header, "etag")]
    public string Etag { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }

    [Wire(Place.Body)]
    public Row Row { get; set; }
}
