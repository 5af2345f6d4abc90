using Oci.Common;
using Oci.Common.Http;

namespace Oci.FunctionsService.Responses;

public class InvokeFunctionResponse : OciResponse
{
    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }

    [Wire(Place.Body)]
    public Stream InputStream { get; set; }
}
