using Oci.Common;
using Oci.Common.Http;
using Oci.NosqlService.Models;

namespace Oci.NosqlService.Requests;

public class QueryRequest : IOciRequest
{
    [Wire(Place.Body)]
    public QueryDetails QueryDetails { get; set; }

    [Wire(Place.Query, "limit")]
    public int? Limit { get; set; }

    [Wire(Place.Query, "page")]
    public string Page { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }
}
