using System.Runtime.Serialization;
using Oci.Common;
using Oci.Common.Http;

namespace Oci.FunctionsService.Requests;

public class InvokeFunctionRequest : IOciRequest
{
    public enum FnInvokeTypeEnum
    {
        [EnumMember(Value = "detached")]
        Detached,

        [EnumMember(Value = "sync")]
        Sync,
    }

    [Wire(Place.Path, "functionId")]
    public string FunctionId { get; set; }

    [Wire(Place.Body)]
    public Stream InvokeFunctionBody { get; set; }

    [Wire(Place.Header, "fn-invoke-type")]
    public FnInvokeTypeEnum? FnInvokeType { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }
}
