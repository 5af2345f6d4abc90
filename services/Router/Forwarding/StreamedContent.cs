using System.Net;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Router.Forwarding;

/// <summary>A long body that is sent in pieces. If an answer arrives before the end, the rest is not sent.</summary>
/// <param name="call">The request.</param>
/// <param name="body">The client's body.</param>
/// <param name="isKept">Whether the body may be sent again, so that it is not released.</param>
/// <param name="time">The clock.</param>
internal sealed class StreamedContent(UpstreamCall call, ClientBody body, bool isKept, TimeProvider time) : HttpContent
{
    private const int PaddingPiece = 64 * 1024;

    private static readonly byte[] Padding = new byte[PaddingPiece];

    private UpstreamConnection connection = null!;
    private volatile bool isSending;
    private volatile bool isStopped;
    private long written;

    /// <summary>Whether the version has seen only a part of the body.</summary>
    internal bool IsCut { get; private set; }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length ?? 0;
        return body.Length is not null;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        call.IsSent = true;
        await SendHeadAsync(stream);
        try
        {
            if (isKept)
                await body.SendAsync(piece => SendAsync(stream, piece));
            else
                await body.PassOnAsync(piece => SendAsync(stream, piece));
            isSending = false;
            call.RequestEnd = time.GetTimestamp();
            connection.Unwatch();
            return;
        }
        catch (ConnectionEndedException)
        {
            // The receiving side sees whether the version answered.
        }
        catch (BodyLateException) when (isStopped && !call.HasExpired)
        {
            // The rest is not needed any more, which is not the client's fault.
        }
        catch (Exception e)
        {
            call.BodyFailure = e;
            throw;
        }

        isSending = false;
        IsCut = true;
        await PadAsync(stream);
    }

    private async Task SendHeadAsync(Stream stream)
    {
        try
        {
            var sending = stream.FlushAsync(CancellationToken.None);
            connection = UpstreamConnection.LastWritten!;
            call.Connection = connection;
            await sending;
            isSending = true;
            connection.Watch(Stop);
        }
        catch
        {
            // Kestrel can't read on before it is released.
            if (!isKept)
                body.Release();
            throw;
        }
    }

    private async ValueTask SendAsync(Stream stream, ReadOnlyMemory<byte> piece)
    {
        if (!isStopped)
        {
            written += piece.Length;
            await stream.WriteAsync(piece);
        }

        if (isStopped)
            throw new ConnectionEndedException();
    }

    private void Stop()
    {
        isStopped = true;
        connection.StopSending();
        if (isSending && !body.IsWhole)
            body.Stop();
    }

    // The HTTP client reads the answer only after the length that it has announced. The connection discards these bytes.
    private async Task PadAsync(Stream stream)
    {
        if (body.Length is not { } length)
            return;
        for (var left = length - written; left > 0; left -= PaddingPiece)
            await stream.WriteAsync(Padding.AsMemory(0, (int)Math.Min(left, PaddingPiece)));
    }
}
