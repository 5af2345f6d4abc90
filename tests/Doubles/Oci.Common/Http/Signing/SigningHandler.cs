using System.Security.Authentication;

namespace Oci.Common.Http.Signing;

/// <summary>Signs every request.</summary>
internal sealed class SigningHandler : HttpClientHandler
{
    private readonly RequestSigner signer;

    internal SigningHandler(RequestSigner signer)
    {
        this.signer = signer;
        ClientCertificateOptions = ClientCertificateOption.Automatic;
#pragma warning disable CA5398 // The official package does the same.
        SslProtocols = SslProtocols.Tls12;
#pragma warning restore CA5398
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        signer.Sign(request);
        return base.SendAsync(request, cancellationToken);
    }
}
