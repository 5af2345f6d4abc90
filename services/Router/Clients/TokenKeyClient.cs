using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ModelServing.Contracts.Reliability;
using ModelServing.Router.Threading;

namespace ModelServing.Router.Clients;

/// <summary>Gets the keys of issuers by HTTP: bounded in size and time, without redirects, which would lead past the rule that the address
/// has to be https.</summary>
internal sealed class TokenKeyClient : IDisposable
{
    /// <summary>How long a fetch may take.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private const int MaxBytes = 256 * 1024;

    private readonly TimeProvider time;
    private readonly HttpClient http;

    public TokenKeyClient(TimeProvider time)
    {
        this.time = time;
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = Timeout,
            // One fetch in minutes: a connection that is kept would be dead by then.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1),
            // Completions run on the threads that poll: neither a handshake nor the reading of keys belongs there.
            ConnectCallback = ThreadPoolStream.ConnectAsync,
            SslOptions = new SslClientAuthenticationOptions
            {
                // What the server leaves out of its chain is not looked for elsewhere: that would be a request to an address of its choice.
                CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
            },
        })
        {
            MaxResponseContentBufferSize = MaxBytes,
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
    }

    public void Dispose() => http.Dispose();

    /// <summary>Gets what is at <paramref name="uri"/>.</summary>
    /// <exception cref="HttpRequestException">It can't be had, or has more than 256 KiB.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    internal async Task<byte[]> GetAsync(Uri uri, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(Timeout, time, cancellation);
        using var answer = await http.GetAsync(uri, limit.Token);
        if (answer.StatusCode != HttpStatusCode.OK)
            throw new HttpRequestException($"the answer is {(int)answer.StatusCode}");
        return await answer.Content.ReadAsByteArrayAsync(limit.Token);
    }
}
