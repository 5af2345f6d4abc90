using System.Buffers;
using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Contracts.Splitting;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>Writes the request for an endpoint: its head, and its body if that is joined to the head.</summary>
internal static class RequestHead
{
    private const string TraceParent = "traceparent";

    // Hop-by-hop headers (RFC 9110, 7.6.1), headers that are written below, and headers that only the router may set.
    private static readonly FrozenSet<string> Dropped = new[]
    {
        "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade",
        "Host", "Content-Length", "Expect",
        // Kestrel keeps a Content-Length that Transfer-Encoding overrides under this name.
        "X-Content-Length",
        HeaderNames.RequestId, HeaderNames.ModelVariant, HeaderNames.ModelVersion, HeaderNames.ModelRevision, HeaderNames.ModelTrial,
        HeaderNames.RequestTimeout, HeaderNames.TimeoutShortened, HeaderNames.ModelFailover, HeaderNames.FailoverWithin,
        HeaderNames.ClientGroup, HeaderNames.ModelExperiment, HeaderNames.RoutingKeyHash, HeaderNames.ModelVersions,
        // A version has no use for credentials.
        "Authorization", HeaderNames.ApiKey,
        SplitHeaders.Key, SplitHeaders.Call, SplitHeaders.KeyHash, SplitHeaders.RoutingKey, SplitHeaders.Client, SplitHeaders.Failed,
        SplitHeaders.AttemptLimit,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes to the beginning of <paramref name="buffer"/>, and returns the number of bytes to send.</summary>
    /// <param name="buffer">The buffer; replaced by a larger one if it is too small.</param>
    /// <param name="request">The client's request.</param>
    /// <param name="attempt">The attempt to make.</param>
    /// <param name="host">The endpoint's Host.</param>
    /// <param name="milliseconds">The time that is left for the answer.</param>
    /// <param name="body">The client's body.</param>
    internal static int Write(
        ref byte[] buffer, HttpRequest request, in Attempt attempt, ReadOnlySpan<byte> host, long milliseconds, in ClientBody body)
    {
        var (action, route) = (attempt.Action, attempt.Route);
        var head = new HeadWriter(buffer);
        head.Bytes(action == ModelAction.Infer ? "POST "u8 : "GET "u8);
        head.Bytes(route.Path);
        head.Bytes(action switch
        {
            ModelAction.Infer => "/infer"u8,
            ModelAction.Ready => "/ready"u8,
            ModelAction.Stats => "/stats"u8,
            _ => ""u8,
        });
        head.Latin1(request.QueryString.Value);
        head.Bytes(" HTTP/1.1\r\nHost: "u8);
        head.Bytes(host);
        head.Bytes("\r\n"u8);
        var named = request.Headers.Connection;
        foreach (var (name, values) in request.Headers)
        {
            if (Dropped.Contains(name) || (named.Count > 0 && IsNamed(named, name)))
                continue;
            if (attempt.IsTraced && name.Equals(TraceParent, StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (var value in values)
                head.Line(name, value);
        }

        head.Line(HeaderNames.RequestId, attempt.RequestId);
        head.Bytes(route.Headers);
        // Like a version that the path names, the metadata of a pinned version is about that one alone.
        if (action == ModelAction.Metadata && route.Variant != VariantPlan.Pinned)
            head.Line(HeaderNames.ModelVersions, string.Join(',', attempt.Model.Versions));
        head.Number("X-Request-Timeout: "u8, milliseconds);
        if (attempt.IsTraced)
            head.Line(TraceParent, attempt.TraceParent);
        if (attempt.IsShortened)
            head.Line(HeaderNames.TimeoutShortened, "1");
        else if (!body.IsWhole)
            head.Number("X-Request-Timeout-Shortened: below="u8, (long)attempt.LeastTime.TotalMilliseconds);
        if (attempt.NamesClient)
            head.Number("X-Model-Client-Group: "u8, ClientGroups.GroupOf(attempt.ClientHash, 0));
        if (attempt.RoutingKey is { } key)
            head.Line(HeaderNames.RoutingKeyHash, key);
        if (attempt.First is { } first)
        {
            var comparison = first.Comparison;
            head.Line(HeaderNames.ModelFailover, comparison.ToHeader());
            if (comparison.IsCounted)
                head.Number("X-Model-Failover-Within: "u8, (long)attempt.Model.LimitOf(first.Attempt.Timeout).TotalMilliseconds);
        }
        else if (attempt.Failed is { } failed)
        {
            head.Line(HeaderNames.ModelFailover, failed.ToHeader());
            if (failed.IsCounted)
                head.Number("X-Model-Failover-Within: "u8, (long)attempt.FailedWithin.TotalMilliseconds);
        }
        else if (attempt.IsReported && route.IsStable)
        {
            head.Number("X-Model-Failover-Within: "u8, (long)attempt.Model.LimitOf(attempt.Timeout).TotalMilliseconds);
        }

        if (body.Length is { } length)
        {
            if (length > 0 || action == ModelAction.Infer)
                head.Number("Content-Length: "u8, length);
        }
        else
        {
            head.Bytes("Transfer-Encoding: chunked\r\n"u8);
        }

        head.Bytes("\r\n"u8);
        if (body.IsJoined)
        {
            foreach (var piece in body.Ahead)
                head.Bytes(piece.Span);
        }

        buffer = head.Buffer;
        return head.Length;
    }

    // Headers that Connection names are only for this hop. If a value holds 'close' or 'keep-alive', Kestrel hides the rest of it, so names
    // beside these cannot be seen here.
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

        internal void Bytes(ReadOnlySpan<byte> text)
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
            Bytes(": "u8);
            Latin1(value);
            Bytes("\r\n"u8);
        }

        internal void Number(ReadOnlySpan<byte> nameAndColon, long value)
        {
            Bytes(nameAndColon);
            Reserve(20);
            Utf8Formatter.TryFormat(value, Buffer.AsSpan(Length), out var written);
            Length += written;
            Bytes("\r\n"u8);
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
