namespace Oci.Common;

public interface IOciResponse
{
    HttpResponseMessage httpResponseMessage { get; set; }
}
