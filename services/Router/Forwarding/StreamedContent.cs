using System.Net;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Router.Forwarding;

/// <summary>A long body that is sent in pieces. The request has <c>Expect: 100-continue</c> (RFC 9110, 10.1.1), so a version that refuses
/// it by its head gets none of the body.</summary>
/// <param name="call">The request.</param>
/// <param name="body">The client's body.</param>
/// <param name="isKept">Whether the body may be sent again, so that it is not released.</param>
/// <param name="time">The clock.</param>
internal sealed class StreamedContent(UpstreamCall call, ClientBody body, bool isKept, TimeProvider time) : HttpContent
{
    /// <summary>Whether sending has begun. From then on, a body that is not kept releases its pieces itself.</summary>
    internal bool HasBegun { get; private set; }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length ?? 0;
        return body.Length is not null;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        HasBegun = true;
        try
        {
            if (isKept)
                await body.SendAsync(piece => SendAsync(stream, piece));
            else
                await body.PassOnAsync(piece => SendAsync(stream, piece));
            call.RequestEnd = time.GetTimestamp();
        }
        catch (Exception e) when (e is not ConnectionEndedException)
        {
            call.BodyFailure = e;
            throw;
        }
    }

    private static async ValueTask SendAsync(Stream stream, ReadOnlyMemory<byte> piece)
    {
        try
        {
            await stream.WriteAsync(piece);
        }
        catch (Exception e)
        {
            // The client's side can fail with the same exceptions.
            throw new ConnectionEndedException(e);
        }
    }
}
