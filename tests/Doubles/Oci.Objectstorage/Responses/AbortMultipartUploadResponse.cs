using Oci.Common;
using Oci.Common.Http;

namespace Oci.ObjectstorageService.Responses;

public class AbortMultipartUploadResponse : OciResponse
{
    [Wire(Place.Header, "opc-client-request-id")]
    public string OpcClientRequestId { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }
}
