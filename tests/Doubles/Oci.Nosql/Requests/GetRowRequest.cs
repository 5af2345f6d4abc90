using System.Runtime.Serialization;
using Oci.Common;
using Oci.Common.Http;

namespace Oci.NosqlService.Requests;

public class GetRowRequest : IOciRequest
{
    [Wire(Place.Path, "tableNameOrId")]
    public string TableNameOrId { get; set; }

    [Wire(Place.Query, "key")]
    public List<string> Key { get; set; }

    [Wire(Place.Query, "compartmentId")]
    public string CompartmentId { get; set; }

    public enum ConsistencyEnum
    {
        [EnumMember(Value = "EVENTUAL")]
        Eventual,

        [EnumMember(Value = "ABSOLUTE")]
        Absolute,
    }

    [Wire(Place.Query, "consistency")]
    public ConsistencyEnum? Consistency { get; set; }

    [Wire(Place.Query, "timeoutInMs")]
    public int? TimeoutInMs { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }
}
