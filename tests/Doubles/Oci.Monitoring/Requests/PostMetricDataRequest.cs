using Oci.Common;
using Oci.Common.Http;
using Oci.MonitoringService.Models;

namespace Oci.MonitoringService.Requests;

public class PostMetricDataRequest : IOciRequest
{
    [Wire(Place.Body)]
    public PostMetricDataDetails PostMetricDataDetails { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }
}
