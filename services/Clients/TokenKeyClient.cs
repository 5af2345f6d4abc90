using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Clients;

/// <summary>Fetches issuers' keys by HTTP, bounded in size and time. It follows no redirects, which could leave the https address that the
/// rules require.</summary>
public sealed class TokenKeyClient : IDisposable
{
    /// <summary>How long a fetch may take.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private const int MaxBytes = 256 * 1024;

    private readonly TimeProvider time;
    private readonly HttpClient http;

    /// <param name="time">Measures the limit.</param>
    /// <param name="connect">Opens a connection; null does it as usual.</param>
    public TokenKeyClient(
        TimeProvider time, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null)
    {
        this.time = time;
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = Timeout,
            // There are minutes between two fetches, and a kept connection would be dead by then.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1),
            ConnectCallback = connect,
            SslOptions = new SslClientAuthenticationOptions
            {
                // Certificates that the server leaves out of its chain are not downloaded: the server would choose the address of that
                // request.
                CertificateChainPolicy = new X509ChainPolicy
                {
                    DisableCertificateDownloads = true,
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        })
        {
            MaxResponseContentBufferSize = MaxBytes,
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
    }

    public void Dispose() => http.Dispose();

    /// <summary>Fetches the content at <paramref name="uri"/>.</summary>
    /// <exception cref="HttpRequestException">The content is unavailable, or has more than 256 KiB.</exception>
    /// <exception cref="OperationCanceledException">The fetch took too long.</exception>
    internal async Task<byte[]> GetAsync(Uri uri, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(Timeout, time, cancellation);
        using var answer = await http.GetAsync(uri, limit.Token);
        if (answer.StatusCode != HttpStatusCode.OK)
            throw new HttpRequestException($"the answer is {(int)answer.StatusCode}");
        return await answer.Content.ReadAsByteArrayAsync(limit.Token);
    }
}
