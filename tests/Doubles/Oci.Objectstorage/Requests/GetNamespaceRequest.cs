using Oci.Common;
using Oci.Common.Http;

namespace Oci.ObjectstorageService.Requests;

public class GetNamespaceRequest : IOciRequest
{
    [Wire(Place.Header, "opc-client-request-id")]
    public string OpcClientRequestId { get; set; }
}
