using System.Security.Authentication;
using Oci.Common.Auth;

namespace Oci.Common.Http.Signing;

/// <summary>A handler for an HttpClient of one's own, which signs what it sends.</summary>
public class OciHttpClientHandler
{
    public static HttpMessageHandler FromAuthProvider(IBasicAuthenticationDetailsProvider provider) => FromAuthProvider(provider, SigningStrategy.STANDARD);

    public static HttpClientHandler FromAuthProvider(IBasicAuthenticationDetailsProvider provider, SigningStrategy signingStrategy) =>
        new SigningHandler(new RequestSigner(provider, signingStrategy));
}

internal sealed class SigningHandler : HttpClientHandler
{
    private readonly RequestSigner signer;

    internal SigningHandler(RequestSigner signer)
    {
        this.signer = signer;
        ClientCertificateOptions = ClientCertificateOption.Automatic;
#pragma warning disable CA5398 // The official package's choice.
        SslProtocols = SslProtocols.Tls12;
#pragma warning restore CA5398
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        signer.Sign(request);
        return base.SendAsync(request, cancellationToken);
    }
}
