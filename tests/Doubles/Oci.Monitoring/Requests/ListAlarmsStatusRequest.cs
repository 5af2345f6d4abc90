using System.Runtime.Serialization;
using Oci.Common;
using Oci.Common.Http;

namespace Oci.MonitoringService.Requests;

public class ListAlarmsStatusRequest : IOciRequest
{
    [Wire(Place.Query, "compartmentId")]
    public string CompartmentId { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }

    [Wire(Place.Query, "page")]
    public string Page { get; set; }

    [Wire(Place.Query, "limit")]
    public int? Limit { get; set; }

    [Wire(Place.Query, "displayName")]
    public string DisplayName { get; set; }

    public enum StatusEnum
    {
        [EnumMember(Value = "FIRING")]
        Firing,

        [EnumMember(Value = "OK")]
        Ok,
    }

    [Wire(Place.Query, "status")]
    public StatusEnum? Status { get; set; }
}
