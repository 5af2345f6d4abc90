using System.Buffers;
using System.Net;

namespace ModelServing.Router.Forwarding.Wire;

/// <summary>A whole body that leaves together with the request's head. It is used for one request after another.</summary>
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
        return body.IsSingleSegment ? SendAsync(stream, body.First) : CopyAsync(stream);
    }

    // The HTTP client has the head in its buffer, and sends both from there if the body fits too.
    private Task SendAsync(Stream stream, ReadOnlyMemory<byte> bytes)
    {
        var writing = stream.WriteAsync(bytes, CancellationToken.None);
        if (!writing.IsCompletedSuccessfully)
            return FlushAsync(writing, stream);
        var flushing = stream.FlushAsync(CancellationToken.None);
        call.Connection = UpstreamConnection.LastWritten;
        return flushing;
    }

    private async Task FlushAsync(ValueTask writing, Stream stream)
    {
        // It has begun to send, so this is the right one.
        call.Connection = UpstreamConnection.LastWritten;
        await writing;
        await stream.FlushAsync(CancellationToken.None);
    }

    // The client's bytes lie in small pieces, each of which would be a packet of its own.
    private async Task CopyAsync(Stream stream)
    {
        var length = (int)body.Length;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(bytes);
            await SendAsync(stream, bytes.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
