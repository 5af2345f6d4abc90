using Oci.Common.Auth;

namespace Oci.Common.Http.Signing;

/// <summary>Makes handlers for callers that use an HttpClient of their own.</summary>
public class OciHttpClientHandler
{
    public static HttpMessageHandler FromAuthProvider(IBasicAuthenticationDetailsProvider provider) =>
        new SigningHandler(new RequestSigner(provider));
}
