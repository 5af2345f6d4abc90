using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.TestKit.Kubernetes;

namespace ModelServing.TestKit.Emulation;

/// <summary>
/// The surroundings of a pod in an enhanced cluster: its service account's files, and the token service, which exchanges the account's
/// token for a session of OCI. An emulator accepts the sessions once it trusts the pod. A test breaks the identity and repairs it.
/// </summary>
public sealed class OkePod : IAsyncDisposable
{
    // The SDK's own; it can't be changed, so each pod has its own loopback address.
    private const int Port = 12250;

    private static int lastAddress = RandomNumberGenerator.GetInt32(1 << 20);

    private readonly TemporaryFolder folder = new();
    private readonly ClusterAuthority authority = new();
    private readonly ConcurrentDictionary<string, RSA> sessions = new();
    private readonly CancellationTokenSource ending = new();
    private WebApplication? server;
    private volatile Func<HttpContext, Task>? answer;
    private int exchanges;

    private OkePod()
    {
    }

    /// <summary>How long a session lasts from its exchange on.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How many sessions were asked for.</summary>
    public int Exchanges => Volatile.Read(ref exchanges);

    /// <summary>The API server's address, at which the token service is too.</summary>
    public IPAddress Address { get; private set; } = IPAddress.None;

    /// <summary>The settings of the programs in the pod, beside the services' addresses.</summary>
    public OciSettings Settings => new()
    {
        Identity = OciIdentity.WorkloadIdentity,
        Region = EmulatorIdentity.Region,
        TokenFile = TokenFile,
    };

    /// <summary>The variables that Kubernetes or the cluster sets for the pod, and the one from which the SDK reads the region.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["KUBERNETES_SERVICE_HOST"] = $"{Address}",
        ["OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH"] = CertificateFile,
        [OciSettings.SdkRegionVariable] = EmulatorIdentity.Region,
    };

    private string TokenFile => folder.Combine("token");

    private string CertificateFile => folder.Combine("ca.crt");

    /// <summary>Prepares a pod whose identity works.</summary>
    public static async Task<OkePod> StartAsync()
    {
        var pod = new OkePod();
        await pod.RepairAsync();
        return pod;
    }

    /// <summary>Makes the identity fail from now on; the sessions so far stay valid.</summary>
    public async Task BreakAsync(PodFault fault)
    {
        switch (fault)
        {
            case PodFault.ExpiredToken:
                WriteToken(DateTimeOffset.UtcNow.AddMinutes(-1));
                break;
            case PodFault.MalformedToken:
                await File.WriteAllTextAsync(TokenFile, "not a token");
                break;
            case PodFault.MissingToken:
                File.Delete(TokenFile);
                break;
            case PodFault.BrokenCertificate:
                await File.WriteAllTextAsync(CertificateFile, "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n");
                break;
            case PodFault.Refused:
                await StopAsync();
                break;
            case PodFault.OtherName:
                await StopAsync();
                await ListenAsync(authority.CertificateOf(IPAddress.Parse("192.0.2.1")));
                break;
            default:
                answer = context => AnswerAsync(context, fault);
                break;
        }
    }

    /// <summary>Makes the identity work again.</summary>
    public async Task RepairAsync()
    {
        answer = null;
        WriteToken(DateTimeOffset.UtcNow.AddHours(1));
        await File.WriteAllTextAsync(CertificateFile, authority.Pem);
        await StopAsync();
        await ListenAsync(null);
    }

    /// <summary>Ends all sessions: services answer 401 to them.</summary>
    public void EndSessions() => sessions.Clear();

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await StopAsync();
        authority.Dispose();
        folder.Dispose();
        ending.Dispose();
    }

    internal RSA? FindKey(string keyId) =>
        keyId.StartsWith("ST$", StringComparison.Ordinal) ? sessions.GetValueOrDefault(keyId["ST$".Length..]) : null;

    private async Task ListenAsync(X509Certificate2? certificate)
    {
        while (true)
        {
            var number = Address.Equals(IPAddress.None) ? Interlocked.Increment(ref lastAddress) % (1 << 20) : -1;
            var address = number < 0 ? Address : new IPAddress([127, (byte)(1 + (number >> 16)), (byte)(number >> 8), (byte)number]);
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
                kestrel.Listen(address, Port, listen => listen.UseHttps(certificate ?? authority.CertificateOf(address))));
            var app = builder.Build();
            app.Run(context => answer?.Invoke(context) ?? ExchangeAsync(context));
            try
            {
                await app.StartAsync();
                (Address, server) = (address, app);
                return;
            }
            catch (Exception e) when (number >= 0 && e is IOException or SocketException)
            {
                // Another process has this address.
                await app.DisposeAsync();
            }
        }
    }

    private async Task StopAsync()
    {
        if (server is null)
            return;
        await server.DisposeAsync();
        server = null;
    }

    private async Task ExchangeAsync(HttpContext context)
    {
        if (context.Request.Method != "POST" || context.Request.Path != "/resourcePrincipalSessionTokens"
            || context.Request.Headers.Authorization != $"Bearer {await File.ReadAllTextAsync(TokenFile)}")
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var body = await JsonNode.ParseAsync(context.Request.Body);
        var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String((string)body!["podKey"]!), out _);
        var session = Jwt(DateTimeOffset.UtcNow + Lifetime, Interlocked.Increment(ref exchanges));
        sessions[session] = key;
        await WriteAsync(context, 200, Quoted($$"""{"token":"ST${{session}}"}"""));
    }

    private async Task AnswerAsync(HttpContext context, PodFault fault)
    {
        var (status, text) = fault switch
        {
            PodFault.Forbidden => (403, ""),
            PodFault.Failing => (500, "no such luck"),
            PodFault.Page => (200, "<html><body>Please log in</body></html>"),
            PodFault.NoToken => (200, Quoted("{}")),
            PodFault.ShortToken => (200, Quoted("""{"token":"S"}""")),
            PodFault.NoJwt => (200, Quoted("""{"token":"ST$nothing"}""")),
            _ => (200, ""),
        };
        if (fault == PodFault.Silent)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending.Token);
            await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await WriteAsync(context, status, text);
    }

    private static async Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync(text);
    }

    // By rename, as the kubelet does.
    private void WriteToken(DateTimeOffset expires)
    {
        File.WriteAllText(TokenFile + "~", Jwt(expires, 0));
        File.Move(TokenFile + "~", TokenFile, overwrite: true);
    }

    private static string Quoted(string json) => $"\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(json))}\"";

    // Its signature is not verified: the SDK reads only when it expires.
    private static string Jwt(DateTimeOffset expires, int number)
    {
        var claims = new Dictionary<string, object>
        {
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["nbf"] = expires.AddDays(-1).ToUnixTimeSeconds(),
            ["jti"] = number.ToString(CultureInfo.InvariantCulture),
        };
        return $"{Base64Url("""{"alg":"RS256","typ":"JWT"}""")}.{Base64Url(JsonSerializer.Serialize(claims))}.c29tZQ";
    }

    private static string Base64Url(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
