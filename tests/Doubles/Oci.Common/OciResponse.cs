namespace Oci.Common;

public interface IOciRequest;

public interface IOciResponse
{
    HttpResponseMessage httpResponseMessage { get; set; }
}

public abstract class OciResponse : IOciResponse
{
    public HttpResponseMessage httpResponseMessage { get; set; }
}
