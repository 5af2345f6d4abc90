using Oci.Common;
using Oci.Common.Http;
using Oci.NosqlService.Models;

namespace Oci.NosqlService.Responses;

public class QueryResponse : OciResponse
{
    [Wire(Place.Header, "opc-next-page")]
    public string OpcNextPage { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }

    [Wire(Place.Body)]
    public QueryResultCollection QueryResultCollection { get; set; }
}
