using Oci.Common;
using Oci.Common.Http;

namespace Oci.ObjectstorageService.Responses;

public class GetNamespaceResponse : OciResponse
{
    [Wire(Place.Body)]
    public string Value { get; set; }
}
