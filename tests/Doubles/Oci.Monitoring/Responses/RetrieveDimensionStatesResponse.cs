using Oci.Common;
using Oci.Common.Http;
using Oci.MonitoringService.Models;

namespace Oci.MonitoringService.Responses;

public class RetrieveDimensionStatesResponse : OciResponse
{
    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }

    [Wire(Place.Header, "opc-next-page")]
    public string OpcNextPage { get; set; }

    [Wire(Place.Body)]
    public AlarmDimensionStatesCollection AlarmDimensionStatesCollection { get; set; }
}
