using System.Globalization;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Splitting;
using ModelServing.Functions.Listener;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>Sends requests to a router over HTTP, and waits a while for one that restarts.</summary>
internal sealed class RouterCalls : IDisposable
{
    // A connection that was idle for longer may have been closed while the container was frozen.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(1);

    // A router that restarts is back before that.
    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // Hop-by-hop headers, those that the client library writes, and those that only this function may set.
    private static readonly HashSet<string> Dropped = new(
        [
            "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer",
            "Transfer-Encoding", "Upgrade", "Host", "Content-Length", "Expect", "Date",
            HeaderNames.RequestId, HeaderNames.ModelRevision, HeaderNames.ModelTrial, HeaderNames.TimeoutShortened,
            HeaderNames.RequestTimeout,
        ],
        StringComparer.OrdinalIgnoreCase);

    private readonly TimeProvider time;
    private readonly string key;
    private readonly string address;
    private readonly HttpClient client;

    public RouterCalls(FunctionsHostSettings settings, TimeProvider time)
    {
        this.time = time;
        key = settings.SplitKey!;
        // Joined as text, so no path of a caller leads to another host.
        address = settings.Routers!.TrimEnd('/');
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = LongestIdle,
            ConnectTimeout = LongestConnect,
            // Latin-1 keeps the bytes of a header as they are.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        };
        client = new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = FunctionCall.MaxBodyBytes,
        };
    }

    /// <summary>Sends a caller's request to a router.</summary>
    /// <param name="call">The caller's request.</param>
    /// <param name="url">The path and query to send.</param>
    /// <param name="headers">Headers for the router. They replace the caller's of the same name.</param>
    /// <param name="timeout">How long the answer may take; null for as long as the model allows.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="RouterException">No router gave an answer.</exception>
    internal async Task<RouterAnswer> SendAsync(
        FunctionCall call, string url, IReadOnlyDictionary<string, string> headers, TimeSpan? timeout, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                using var request = Create(call, url, headers, timeout - time.GetElapsedTime(began));
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellation);
                return new RouterAnswer(
                    (int)response.StatusCode,
                    HeadersOf(response),
                    await response.Content.ReadAsByteArrayAsync(cancellation),
                    time.GetElapsedTime(began));
            }
            catch (HttpRequestException e) when (IsUnsent(e))
            {
                var elapsed = time.GetElapsedTime(began);
                if (elapsed + Pause > (timeout < LongestSearch ? timeout : LongestSearch))
                {
                    throw new RouterException(
                        SplitProblems.NoRouter, $"No router accepted a connection for {elapsed.TotalSeconds:0.0} s", e);
                }

                await Task.Delay(Pause, time, cancellation);
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
            {
                throw new RouterException(
                    SplitProblems.AnswerTooLarge,
                    $"The answer has more than {FunctionCall.MaxBodyBytes} bytes, which a function can't return",
                    e);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                throw new RouterException(
                    SplitProblems.RouterLost, "The connection to the router was lost before its answer was complete", e);
            }
        }
    }

    public void Dispose() => client.Dispose();

    // Nothing of the request has left yet.
    private static bool IsUnsent(HttpRequestException e) =>
        e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError;

    private HttpRequestMessage Create(
        FunctionCall call, string url, IReadOnlyDictionary<string, string> headers, TimeSpan? timeout)
    {
        // The gateway leaves the body out of its answer to HEAD, which has the body's length all the same.
        var method = call.Request!.Method == HttpMethod.Head.Method ? HttpMethod.Get : new HttpMethod(call.Request.Method);
        var request = new HttpRequestMessage(method, new Uri(address + url));
        if (!call.Body.IsEmpty || call.Request.Method == "POST")
            request.Content = new ReadOnlyMemoryContent(call.Body);
        foreach (var (name, value) in call.Headers)
        {
            if (!Dropped.Contains(name) && !headers.ContainsKey(name)
                && !name.StartsWith(SplitHeaders.Prefix, StringComparison.OrdinalIgnoreCase))
                Add(request, name, value);
        }

        // A time that the caller gave in another form is the router's to refuse.
        if (timeout is { } left)
            Add(request, HeaderNames.RequestTimeout, Math.Max(1, (long)left.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        else if (call.Headers.GetValueOrDefault(HeaderNames.RequestTimeout) is { } given)
            Add(request, HeaderNames.RequestTimeout, given);
        foreach (var (name, value) in headers)
            Add(request, name, value);
        Add(request, SplitHeaders.Key, key);
        return request;
    }

    private static void Add(HttpRequestMessage request, string name, string value)
    {
        if (!request.Headers.TryAddWithoutValidation(name, value))
            request.Content?.Headers.TryAddWithoutValidation(name, value);
    }

    private static Dictionary<string, string> HeadersOf(HttpResponseMessage response) => response.Headers.NonValidated
        .Concat(response.Content.Headers.NonValidated)
        .Where(static header => !Dropped.Contains(header.Key)
            || header.Key.Equals(HeaderNames.RequestId, StringComparison.OrdinalIgnoreCase))
        .ToDictionary(static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
}
