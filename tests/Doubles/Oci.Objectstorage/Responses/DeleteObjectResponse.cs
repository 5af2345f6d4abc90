using Oci.Common;
using Oci.Common.Http;

namespace Oci.ObjectstorageService.Responses;

public class DeleteObjectResponse : OciResponse
{
    [Wire(Place.Header, "opc-client-request-id")]
    public string OpcClientRequestId { get; set; }

    [Wire(Place.Header, "opc-request-id")]
    public string OpcRequestId { get; set; }

    [Wire(Place.Header, "last-modified")]
    public DateTime? LastModified { get; set; }

    [Wire(Place.Header, "version-id")]
    public string VersionId { get; set; }

    [Wire(Place.Header, "is-delete-marker")]
    public bool? IsDeleteMarker { get; set; }
}
