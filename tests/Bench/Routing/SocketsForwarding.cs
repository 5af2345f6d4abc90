using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Bench.Routing;

/// <summary>
/// SocketsHttpHandler with little else, for comparison with the router: headers and body leave in one packet, the answer goes straight into
/// Kestrel's buffer, and nothing is allocated that the library does not need. It observes a deadline and the client's disconnect.
/// </summary>
internal sealed class SocketsForwarding(HttpMessageInvoker http)
{
    // Reused, so a request allocates none.
    private readonly ConcurrentBag<CancellationTokenSource> deadlines = [];

    private static readonly FrozenSet<string> Dropped = new[]
    {
        "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade", "Host", "Content-Length", "Expect", "Server", "Date",
        HeaderNames.RequestId, HeaderNames.ModelVariant, HeaderNames.ModelVersion, HeaderNames.ModelRevision, HeaderNames.ModelTrial,
        HeaderNames.RequestTimeout, "Authorization", HeaderNames.ApiKey,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates a handler with only the features that forwarding needs.</summary>
    internal static SocketsHttpHandler CreateHandler() => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
    };

    /// <summary>Forwards the request to <paramref name="target"/> with <paramref name="headers"/> added.</summary>
    internal async Task ForwardAsync(HttpContext context, Uri target, (string Name, string Value)[] headers, TimeSpan timeout)
    {
        var deadline = deadlines.TryTake(out var used) ? used : new CancellationTokenSource();
        deadline.CancelAfter(timeout);
        // The connection's token, as in the router: RequestAborted would allocate a source for each request.
        var closed = context.Features.Get<IConnectionLifetimeFeature>()!.ConnectionClosed;
        await using (closed.UnsafeRegister(static deadline => ((CancellationTokenSource)deadline!).Cancel(), deadline))
            await ForwardAsync(context, target, headers, deadline.Token);
        if (deadline.TryReset())
            deadlines.Add(deadline);
        else
            deadline.Dispose();
    }

    private async Task ForwardAsync(HttpContext context, Uri target, (string Name, string Value)[] headers, CancellationToken cancellation)
    {
        var body = await ReadAsync(context.Request);
        using var content = new ReadOnlyMemoryContent(body.IsSingleSegment ? body.First : body.ToArray());
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = content };
        foreach (var (name, value) in context.Request.Headers)
        {
            if (Dropped.Contains(name))
                continue;
            if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
                content.Headers.TryAddWithoutValidation(name, value.ToString());
            else
                request.Headers.TryAddWithoutValidation(name, value.ToString());
        }

        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(request, cancellation);
        context.Request.BodyReader.AdvanceTo(body.End);
        await CopyAnswerAsync(answer, context.Response, cancellation);
    }

    // Reads the whole body. Kestrel owns the buffers; AdvanceTo returns them.
    private static async ValueTask<ReadOnlySequence<byte>> ReadAsync(HttpRequest request)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync();
            if (read.IsCompleted || read.Buffer.Length >= request.ContentLength)
                return read.Buffer;
            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static async Task CopyAnswerAsync(HttpResponseMessage answer, HttpResponse response, CancellationToken cancellation)
    {
        response.StatusCode = (int)answer.StatusCode;
        CopyTo(response, answer.Headers.NonValidated);
        CopyTo(response, answer.Content.Headers.NonValidated);
        response.ContentLength = answer.Content.Headers.ContentLength;
        var remaining = response.ContentLength ?? long.MaxValue;
        var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        while (remaining > 0)
        {
            var count = await stream.ReadAsync(response.BodyWriter.GetMemory(), cancellation);
            if (count == 0)
                break;
            response.BodyWriter.Advance(count);
            remaining -= count;
        }
    }

    private static void CopyTo(HttpResponse response, HttpHeadersNonValidated headers)
    {
        foreach (var (name, value) in headers)
        {
            if (!Dropped.Contains(name))
                response.Headers.Append(name, value.ToString());
        }
    }
}
