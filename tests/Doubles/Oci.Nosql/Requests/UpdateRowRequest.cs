using Oci.Common;
using Oci.Common.Http;
using Oci.NosqlService.Models;

namespace Oci.NosqlService.Requests;

public class UpdateRowRequest : IOciRequest
{
    [Wire(Place.Path, "tableNameOrId")]
    public string TableNameOrId { get; set; }

    [Wire(Place.Body)]
    public UpdateRowDetails UpdateRowDetails { get; set; }

    [Wire(Place.Header, "if-match")]
    public string IfMatch { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }
}
