using System.Buffers;
using System.Collections.Frozen;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Bench.Routing;

/// <summary>
/// SocketsHttpHandler as it could replace the router's own client: the body leaves with the head in one packet, the answer goes straight
/// into Kestrel's buffer, and nothing is allocated that the library does not need. It has no deadline, no retry and no limit.
/// </summary>
internal sealed class SocketsForwarding(HttpMessageInvoker http, LibraryVariants variants)
{
    private static readonly FrozenSet<string> Dropped = new[]
    {
        "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "Host", "Content-Length", "Expect", "Server", "Date", HeaderNames.RequestId, HeaderNames.ModelVariant,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    internal async Task ForwardAsync(HttpContext context)
    {
        var variant = variants.Assign(context, out var requestId);
        var body = await ReadAsync(context.Request);
        using var content = new ReadOnlyMemoryContent(body.IsSingleSegment ? body.First : body.ToArray());
        using var request = new HttpRequestMessage(HttpMethod.Post, variant.Infer) { Content = content };
        foreach (var (name, value) in context.Request.Headers)
        {
            if (Dropped.Contains(name))
                continue;
            if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
                content.Headers.TryAddWithoutValidation(name, value.ToString());
            else
                request.Headers.TryAddWithoutValidation(name, value.ToString());
        }

        request.Headers.TryAddWithoutValidation(HeaderNames.RequestId, requestId);
        using var answer = await http.SendAsync(request, context.Features.Get<IConnectionLifetimeFeature>()!.ConnectionClosed);
        context.Request.BodyReader.AdvanceTo(body.End);
        await PassOnAsync(answer, context.Response);
    }

    // All of it: the buffers stay Kestrel's until they are given back.
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

    private static async Task PassOnAsync(HttpResponseMessage answer, HttpResponse response)
    {
        response.StatusCode = (int)answer.StatusCode;
        CopyTo(response, answer.Headers.NonValidated);
        CopyTo(response, answer.Content.Headers.NonValidated);
        response.ContentLength = answer.Content.Headers.ContentLength;
        var left = response.ContentLength ?? long.MaxValue;
        var stream = await answer.Content.ReadAsStreamAsync();
        while (left > 0)
        {
            var count = await stream.ReadAsync(response.BodyWriter.GetMemory());
            if (count == 0)
                break;
            response.BodyWriter.Advance(count);
            left -= count;
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
