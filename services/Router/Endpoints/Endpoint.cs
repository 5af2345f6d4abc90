using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Router.Endpoints;

/// <summary>The live state of one endpoint: its connections, its requests in flight, and its health.</summary>
internal sealed class Endpoint
{
    /// <summary>The end of the path of an inference.</summary>
    internal const string Infer = "/infer";

    /// <summary>The end of the path that tells whether the version is ready.</summary>
    internal const string Ready = "/ready";

    /// <summary>The end of the path of the version's statistics.</summary>
    internal const string Stats = "/stats";

    /// <summary>An endpoint that does not accept a connection within this time is unreachable; its machine is probably gone.</summary>
    internal static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(1);

    // Less than the two minutes after which an idle server (Kestrel) closes the connection itself.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(60);

    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly Uri metadata;
    private readonly Uri infer;
    private readonly Uri ready;
    // Closes each connection after its answer.
    private readonly HttpMessageInvoker once;
    private HttpMessageInvoker http;
    private int inFlight;

    internal Endpoint(EndpointEntry entry, UpstreamCalls calls, TimeProvider time)
    {
        Entry = entry;
        Calls = calls;
        Health = new EndpointHealth(time);
        Address = IPEndPoint.Parse(entry.Address);
        Rank = BinaryPrimitives.ReadUInt32BigEndian(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{entry.Model}/{entry.Version}@{entry.Address}")));
        // The version's own path, so that a process that took over an old address cannot answer for it.
        metadata = new Uri($"http://{Address}{InferencePaths.Model(entry.Model, entry.Version)}");
        infer = UriFor(Infer);
        ready = UriFor(Ready);
        once = CreateClient(isPooled: false);
        http = CreateClient(isPooled: true);
    }

    internal EndpointEntry Entry { get; }

    internal IPEndPoint Address { get; }

    /// <summary>The endpoint's rank among those of its version: the same in each router, and another for each version.</summary>
    internal uint Rank { get; }

    /// <summary>Where its requests in flight are registered.</summary>
    internal UpstreamCalls Calls { get; }

    internal EndpointHealth Health { get; }

    /// <summary>Whether other versions answer at the same address too: it is a process of a pool.</summary>
    internal bool IsShared { get; set; }

    /// <summary>The number of requests in flight, including those that are still connecting.</summary>
    internal int InFlight => Volatile.Read(ref inFlight);

    /// <summary>Counts a request as in flight until <see cref="Leave"/>.</summary>
    internal void Enter() => Interlocked.Increment(ref inFlight);

    internal void Leave() => Interlocked.Decrement(ref inFlight);

    /// <summary>The address of a request.</summary>
    /// <param name="suffix">The path within the version's path, with the query.</param>
    internal Uri UriOf(string suffix) => suffix switch { Infer => infer, Ready => ready, "" => metadata, _ => UriFor(suffix) };

    /// <summary>Sends a request over an idle connection, or a new one. The answer is there when its head is.</summary>
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cut)
    {
        try
        {
            return http.SendAsync(message, cut);
        }
        catch (ObjectDisposedException)
        {
            // The endpoint was retired in this moment.
            return http.SendAsync(message, cut);
        }
    }

    /// <summary>Sends a request over a new connection, which is closed afterwards. It does not change the endpoint's health.</summary>
    internal Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage message, CancellationToken cut) => once.SendAsync(message, cut);

    /// <summary>Retires the endpoint, which is in no table any more. Idle connections are closed now, the others once their answer is
    /// read.</summary>
    internal void Retire()
    {
        var pooled = Interlocked.Exchange(ref http, once);
        if (pooled != once)
            pooled.Dispose();
    }

    private Uri UriFor(string suffix) => new(metadata.OriginalString + suffix, AsItIs);

    // Without the features that forwarding does not need. A body that is not read to its end closes its connection.
    private HttpMessageInvoker CreateClient(bool isPooled) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = ConnectLimit,
        PooledConnectionIdleTimeout = MaxIdle,
        PooledConnectionLifetime = isPooled ? Timeout.InfiniteTimeSpan : TimeSpan.Zero,
        MaxResponseDrainSize = 0,
        MaxResponseHeadersLength = Answer.MaxKibibytes,
        // Latin-1 keeps the bytes of a header as they are. Answers are read so anyway.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ConnectCallback = (_, cancellation) => ConnectAsync(isPooled, cancellation),
    });

    private async ValueTask<Stream> ConnectAsync(bool isPooled, CancellationToken cancellation)
    {
        var socket = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(Address, cancellation);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        if (isPooled && Health.State == EndpointState.Unreachable)
            Health.MarkReady();
        return new NetworkStream(socket, ownsSocket: true);
    }
}
