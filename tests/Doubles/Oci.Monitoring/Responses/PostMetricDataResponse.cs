using Oci.Common;
using Oci.Common.Http;
using Oci.MonitoringService.Models;

namespace Oci.MonitoringService.Responses;

public class PostMetricDataResponse : OciResponse
{
    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }

    [Wire(Place.Body)]
    public PostMetricDataResponseDetails PostMetricDataResponseDetails { get; set; }
}
