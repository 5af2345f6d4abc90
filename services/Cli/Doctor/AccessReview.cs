using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.Contracts;

namespace ModelServing.Cli.Doctor;

/// <summary>Asks a cluster's API what the caller itself may do. It creates nothing: a review is not stored.</summary>
internal sealed class AccessReview : IDisposable
{
    private const int MaxResponseBytes = 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly HttpClient client;
    private readonly X509Certificate2? authority;

    private AccessReview(HttpClient client, X509Certificate2? authority)
    {
        this.client = client;
        this.authority = authority;
    }

    /// <summary>Opens the API. This sends nothing yet.</summary>
    /// <param name="server">The API's address.</param>
    /// <param name="authority">The certificate of the cluster's authority: PEM in base64, as in a kubeconfig. No other one is
    /// trusted.</param>
    /// <param name="token">The caller's bearer token.</param>
    internal static AccessReview Open(Uri server, string authority, string token)
    {
        var trusted = Read(authority);
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = trusted is null ? null : new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { trusted },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        var client = new HttpClient(handler)
        {
            BaseAddress = server,
            Timeout = Limit,
            MaxResponseContentBufferSize = MaxResponseBytes,
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new AccessReview(client, trusted);
    }

    /// <summary>Whether the caller may create a kind of object in our namespace. Null, and the reason, if the API does not
    /// answer.</summary>
    internal async Task<(bool? Allowed, string Reason)> MayCreateAsync(string group, string resource, CancellationToken cancellation)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["resourceAttributes"] = new JsonObject
                {
                    ["namespace"] = resource == "namespaces" ? "" : ClusterNames.Namespace,
                    ["verb"] = "create",
                    ["group"] = group,
                    ["resource"] = resource,
                },
            },
        };
        try
        {
            using var body = new StringContent(review.ToJsonString(), Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(
                new Uri("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", UriKind.Relative), body, cancellation);
            if (!answer.IsSuccessStatusCode)
                return (null, $"its status is {(int)answer.StatusCode}");
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            return JsonNode.Parse(text)?["status"]?["allowed"] is JsonValue value && value.TryGetValue<bool>(out var allowed)
                ? (allowed, "")
                : (null, "its answer is not a review");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return (null, e.GetBaseException().Message.ReplaceLineEndings(" "));
        }
    }

    public void Dispose()
    {
        client.Dispose();
        authority?.Dispose();
    }

    private static X509Certificate2? Read(string authority)
    {
        try
        {
            return X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(authority)));
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            // The handshake then fails, and its failure is reported.
            return null;
        }
    }
}
