using System.Buffers;
using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>Writes the head of the request that goes to an endpoint.</summary>
internal static class RequestHead
{
    // Hop by hop (RFC 9110, 7.6.1), written anew below, or ours to say and not the client's.
    private static readonly FrozenSet<string> Dropped = new[]
    {
        "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "Host", "Content-Length", "Expect",
        HeaderNames.RequestId, HeaderNames.ModelVariant, HeaderNames.ModelVersion, "X-Model-Revision", "X-Model-Attempt",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes the head to the beginning of <paramref name="buffer"/> and gives its length.</summary>
    /// <param name="buffer">The buffer; replaced by a larger one when it is too small.</param>
    /// <param name="request">The client's request.</param>
    /// <param name="action">What its path asks for.</param>
    /// <param name="route">The variant that answers.</param>
    /// <param name="host">The endpoint's Host.</param>
    /// <param name="requestId">The request's identifier.</param>
    /// <param name="contentLength">The body's length; null for a chunked one.</param>
    internal static int Write(ref byte[] buffer, HttpRequest request, ModelAction action, VariantRoute route, byte[] host, string requestId, long? contentLength)
    {
        var head = new HeadWriter(buffer);
        head.Ascii(action == ModelAction.Infer ? "POST "u8 : "GET "u8);
        head.Ascii(route.Path);
        head.Ascii(action switch { ModelAction.Infer => "/infer"u8, ModelAction.Ready => "/ready"u8, _ => ""u8 });
        head.Latin1(request.QueryString.Value);
        head.Ascii(" HTTP/1.1\r\nHost: "u8);
        head.Ascii(host);
        head.Ascii("\r\n"u8);
        var named = request.Headers.Connection;
        foreach (var (name, values) in request.Headers)
        {
            if (Dropped.Contains(name) || (named.Count > 0 && IsNamed(named, name)))
                continue;
            foreach (var value in values)
                head.Line(name, value);
        }

        head.Line(HeaderNames.RequestId, requestId);
        if (contentLength is { } length)
        {
            if (length > 0 || action == ModelAction.Infer)
                head.ContentLength(length);
        }
        else
        {
            head.Ascii("Transfer-Encoding: chunked\r\n"u8);
        }

        head.Ascii("\r\n"u8);
        buffer = head.Buffer;
        return head.Length;
    }

    // What Connection names is meant for this hop alone.
    private static bool IsNamed(Microsoft.Extensions.Primitives.StringValues named, string header)
    {
        foreach (var value in named)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                if (value.AsSpan(range).Trim().Equals(header, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }

        return false;
    }

    private ref struct HeadWriter(byte[] buffer)
    {
        internal byte[] Buffer = buffer;
        internal int Length;

        internal void Ascii(ReadOnlySpan<byte> text)
        {
            Reserve(text.Length);
            text.CopyTo(Buffer.AsSpan(Length));
            Length += text.Length;
        }

        internal void Latin1(ReadOnlySpan<char> text)
        {
            Reserve(text.Length);
            Length += Encoding.Latin1.GetBytes(text, Buffer.AsSpan(Length));
        }

        internal void Line(string name, ReadOnlySpan<char> value)
        {
            Latin1(name);
            Ascii(": "u8);
            Latin1(value);
            Ascii("\r\n"u8);
        }

        internal void ContentLength(long length)
        {
            Ascii("Content-Length: "u8);
            Reserve(20);
            Utf8Formatter.TryFormat(length, Buffer.AsSpan(Length), out var written);
            Length += written;
            Ascii("\r\n"u8);
        }

        private void Reserve(int count)
        {
            if (Buffer.Length - Length >= count)
                return;
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Buffer.Length * 2, Length + count));
            Buffer.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(Buffer);
            Buffer = larger;
        }
    }
}
