namespace Oci.Common;

public abstract class OciResponse : IOciResponse
{
    public HttpResponseMessage httpResponseMessage { get; set; }
}
