using Oci.Common;
using Oci.Common.Http;
using Oci.MonitoringService.Models;

namespace Oci.MonitoringService.Requests;

public class RetrieveDimensionStatesRequest : IOciRequest
{
    [Wire(Place.Path, "alarmId")]
    public string AlarmId { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }

    [Wire(Place.Query, "page")]
    public string Page { get; set; }

    [Wire(Place.Query, "limit")]
    public int? Limit { get; set; }

    [Wire(Place.Body)]
    public RetrieveDimensionStatesDetails RetrieveDimensionStatesDetails { get; set; }
}
