using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Newtonsoft.Json;
using Oci.Common.Model;

namespace Oci.Common.Auth;

/// <summary>Exchanges the service account's token for a session token at OKE's server (proxymux), whose port is fixed.</summary>
/// <remarks>As in the official package, the cluster's certificate is loaded for each request, so a broken one is an error, but the server's
/// certificate may be of any authority.</remarks>
internal sealed class OkeWorkloadIdentityFederationClient : IFederationClient
{
    private const string CertificateVariable = "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH";
    private const string HostVariable = "KUBERNETES_SERVICE_HOST";
    private const string Port = "12250";

    private readonly SessionKey keys;
    private readonly IServiceAccountTokenSupplier accountToken;
    private readonly string certificatePath;
    private readonly Uri address;
    private SecurityTokenAdapter token = new(null);

    internal OkeWorkloadIdentityFederationClient(SessionKey keys, IServiceAccountTokenSupplier accountToken)
    {
        this.keys = keys;
        this.accountToken = accountToken;
        certificatePath = HomePath.Expand(
            Environment.GetEnvironmentVariable(CertificateVariable) ?? "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt");
        if (!File.Exists(certificatePath))
            throw new ArgumentException("Kubernetes service account ca cert doesn't exist.");
        var host = Environment.GetEnvironmentVariable(HostVariable)
            ?? throw new ArgumentException($"Invalid environment variable {HostVariable}, please contact OKE Foundation team for help.");
        address = new Uri($"https://{host}:{Port}/resourcePrincipalSessionTokens");
    }

    public string GetSecurityToken() => Get(isNewRequired: false);

    public string RefreshAndGetSecurityToken() => Get(isNewRequired: true);

    [MethodImpl(MethodImplOptions.Synchronized)]
    private string Get(bool isNewRequired)
    {
        if (isNewRequired || !token.IsValid())
        {
            keys.RefreshKeys();
            token = Request();
        }

        return token.SecurityToken;
    }

    private SecurityTokenAdapter Request()
    {
        var bearer = accountToken.ServiceAccountToken;
        var body = JsonConvert.SerializeObject(new { podKey = Convert.ToBase64String(keys.Key.ExportSubjectPublicKeyInfo()) });
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        var id = Guid.NewGuid().ToString("N");
        request.Headers.Add("opc-client-request-id", id);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        using var client = new HttpClient(Handler());
        var response = client.SendAsync(request).Result;
        if (response.IsSuccessStatusCode)
            return Read(response.Content.ReadAsStringAsync().Result?.Trim('"'));
        var message = response.StatusCode == HttpStatusCode.Forbidden
            ? "Please ensure the cluster type is enhanced"
            : "Request to get OKE Resource Principals Token failed";
        throw new OciException(response.StatusCode, message, response.ReasonPhrase, id);
    }

    private static SecurityTokenAdapter Read(string answer)
    {
        if (string.IsNullOrEmpty(answer))
            throw new OciException("Response from proxymux server was empty", new ArgumentNullException(nameof(answer)));
        var json = Encoding.UTF8.GetString(Convert.FromBase64String(answer));
        // The token begins with ST$, which belongs to the key's identifier and not to the token.
        return new SecurityTokenAdapter(JsonConvert.DeserializeObject<SessionToken>(json).token.Substring(3));
    }

    private HttpClientHandler Handler()
    {
#pragma warning disable SYSLIB0057 // The official package does the same: the certificate is read and not used.
        using (new X509Certificate2(certificatePath))
#pragma warning restore SYSLIB0057
        {
        }

        return new HttpClientHandler
        {
            ClientCertificateOptions = ClientCertificateOption.Automatic,
#pragma warning disable CA5398, CA5399 // The official package does the same.
            SslProtocols = SslProtocols.Tls12,
#pragma warning restore CA5398, CA5399
#pragma warning disable CA5359 // The official package does the same: any authority is accepted.
            ServerCertificateCustomValidationCallback = static (_, _, _, errors) =>
                (errors & (SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateNotAvailable)) == 0,
#pragma warning restore CA5359
        };
    }

#pragma warning disable IDE1006, SA1300 // The name in JSON.
    private sealed record SessionToken(string token);
#pragma warning restore IDE1006, SA1300
}
