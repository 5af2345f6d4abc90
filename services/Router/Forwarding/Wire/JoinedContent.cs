using System.Buffers;
using System.Net;

namespace ModelServing.Router.Forwarding.Wire;

/// <summary>A whole body, which leaves together with the request's head if both fit the HTTP client's buffer. It is used for one request
/// after another.</summary>
internal sealed class JoinedContent(UpstreamCall call) : HttpContent
{
    private ReadOnlySequence<byte> body;

    /// <summary>Sets the bytes, which must stay valid until they are sent.</summary>
    internal void Set(in ReadOnlySequence<byte> bytes) => body = bytes;

    internal void Clear()
    {
        body = default;
        Headers.Clear();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        call.IsSent = true;
        return body.IsSingleSegment ? stream.WriteAsync(body.First, cancellationToken).AsTask() : CopyAsync(stream, cancellationToken);
    }

    // The client's bytes lie in small pieces, each of which would be a packet of its own.
    private async Task CopyAsync(Stream stream, CancellationToken cancellation)
    {
        var length = (int)body.Length;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(bytes);
            await stream.WriteAsync(bytes.AsMemory(0, length), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
