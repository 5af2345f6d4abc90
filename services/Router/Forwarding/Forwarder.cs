using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>How forwarding ended.</summary>
internal enum ForwardResult
{
    /// <summary>The answer was handed to the client's connection.</summary>
    Answered,

    /// <summary>No endpoint took a connection; nothing was sent.</summary>
    NoReadyEndpoint,

    /// <summary>The connection was lost after the request was sent, before an answer came whole.</summary>
    ConnectionLost,

    /// <summary>What came back is no HTTP/1.1.</summary>
    BadAnswer,

    /// <summary>The deadline passed.</summary>
    Deadline,

    /// <summary>The client left.</summary>
    ClientLeft,

    /// <summary>The answer had begun when it broke: the client's connection was cut, so that it can't be taken for whole.</summary>
    CutShort,
}

/// <summary>Forwards one request to one variant, as bytes.</summary>
/// <remarks>
/// <code>
/// 1 connection   an idle one, or a new one; refused: the next endpoint, none left: NoReadyEndpoint
/// 2 request      head and body; what fits the buffer leaves in one packet
/// 3 head         of the answer; 1xx are read over
/// 4 body         held until it is whole, up to HoldLimit; only then does the client's answer begin, so that a connection
///                lost on the way is a problem response and not half an answer
/// 5 put back     the connection, when it may be used again
/// </code>
/// </remarks>
internal sealed class Forwarder(TimeProvider time)
{
    /// <summary>An answer's body up to this many bytes is held until it is whole; a larger one is streamed.</summary>
    internal const int HoldLimit = 1024 * 1024;

    private const int StreamBuffer = 64 * 1024;

    /// <summary>Forwards the request of <paramref name="context"/>. The response is untouched unless the result is Answered or CutShort.</summary>
    /// <exception cref="BadHttpRequestException">The client's body is at fault.</exception>
    internal async ValueTask<ForwardResult> ForwardAsync(HttpContext context, VariantRoute route, ModelAction action, string requestId, long deadline)
    {
        // 1
        UpstreamConnection? connection = null;
        Endpoint? endpoint = null;
        var turn = route.EndpointCount > 0 ? route.NextTurn() : 0;
        for (var attempt = 0; attempt < route.EndpointCount && connection is null; attempt++)
        {
            endpoint = route.Take(turn, attempt);
            connection = endpoint.TakeIdle();
            if (connection is not null)
            {
                connection.Begin(deadline);
                break;
            }

            connection = endpoint.Create();
            connection.Begin(deadline);
            try
            {
                using var leaving = context.RequestAborted.UnsafeRegister(static state => ((UpstreamConnection)state!).Abandon(), connection);
                await connection.ConnectAsync(endpoint.Address);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                var result = Interrupted(connection);
                connection.Dispose();
                connection = null;
                if (result is ForwardResult.Deadline or ForwardResult.ClientLeft)
                    return result;
            }
        }

        if (connection is null || endpoint is null)
            return ForwardResult.NoReadyEndpoint;

        var reusable = false;
        try
        {
            using var leaving = context.RequestAborted.UnsafeRegister(static state => ((UpstreamConnection)state!).Abandon(), connection);
            var exchange = new Exchange(context, connection);
            await exchange.SendAsync(route, action, endpoint.Host, requestId); // 2
            reusable = await exchange.ReceiveAsync(); // 3, 4
            return ForwardResult.Answered;
        }
        catch (BadAnswerException)
        {
            return CutIfStarted(context, ForwardResult.BadAnswer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or ConnectionEndedException)
        {
            return CutIfStarted(context, Interrupted(connection));
        }
        finally
        {
            // 5
            if (connection.End() && reusable)
                endpoint.PutBack(connection, time.GetTimestamp());
            else
                connection.Dispose();
        }
    }

    private static ForwardResult Interrupted(UpstreamConnection connection) =>
        connection.HasExpired ? ForwardResult.Deadline : connection.WasAbandoned ? ForwardResult.ClientLeft : ForwardResult.ConnectionLost;

    private static ForwardResult CutIfStarted(HttpContext context, ForwardResult result)
    {
        if (!context.Response.HasStarted)
            return result;
        context.Abort();
        return ForwardResult.CutShort;
    }

    /// <summary>One request and its answer on one connection.</summary>
    private readonly struct Exchange(HttpContext context, UpstreamConnection connection)
    {
        internal async ValueTask SendAsync(VariantRoute route, ModelAction action, byte[] host, string requestId)
        {
            var request = context.Request;
            var hasBody = action == ModelAction.Infer;
            var length = hasBody ? request.ContentLength ?? (request.Headers.TransferEncoding.Count > 0 ? null : 0) : 0;
            var head = RequestHead.Write(ref connection.Output, request, action, route, host, requestId, length);
            if (length == 0)
            {
                await connection.SendAsync(connection.Output.AsMemory(0, head));
                return;
            }

            var reader = request.BodyReader;
            var pending = head;
            long sent = 0;
            while (true)
            {
                var read = await reader.ReadAsync(context.RequestAborted);
                if (read.IsCanceled)
                    throw new ObjectDisposedException(nameof(HttpContext));
                foreach (var piece in read.Buffer)
                {
                    sent += piece.Length;
                    if (length is not null && piece.Length <= connection.Output.Length - pending)
                    {
                        piece.Span.CopyTo(connection.Output.AsSpan(pending));
                        pending += piece.Length;
                        continue;
                    }

                    if (pending > 0)
                        await connection.SendAsync(connection.Output.AsMemory(0, pending));
                    pending = 0;
                    if (length is not null)
                        await connection.SendAsync(piece);
                    else if (piece.Length > 0)
                        await SendChunkAsync(piece);
                }

                reader.AdvanceTo(read.Buffer.End);
                if (!read.IsCompleted && sent != length)
                    continue;
                if (length is null)
                    pending += "0\r\n\r\n"u8.TryCopyTo(connection.Output.AsSpan(pending)) ? 5 : throw new BadAnswerException("no room for the last chunk");
                if (pending > 0)
                    await connection.SendAsync(connection.Output.AsMemory(0, pending));
                return;
            }
        }

        private async ValueTask SendChunkAsync(ReadOnlyMemory<byte> piece)
        {
            await connection.SendAsync(Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"));
            await connection.SendAsync(piece);
            await connection.SendAsync("\r\n"u8.ToArray());
        }

        /// <summary>Hands the answer to the client; true when the connection may be used again.</summary>
        internal async ValueTask<bool> ReceiveAsync()
        {
            AnswerHead head;
            while (true)
            {
                if (!AnswerHead.TryParse(connection.Received, out head))
                {
                    if (!await connection.ReceiveAsync())
                        throw new ConnectionEndedException();
                }
                else if (head.Status >= 200)
                {
                    break;
                }
                else
                {
                    connection.Consume(head.Length);
                }
            }

            if (head.Framing != BodyFraming.Length)
                return await ReceiveUnmeasuredAsync(head);
            if (head.ContentLength > HoldLimit)
                return await StreamAsync(head);
            var whole = head.Length + (int)head.ContentLength;
            connection.Reserve(whole);
            while (connection.Received.Length < whole)
            {
                if (!await connection.ReceiveAsync())
                    throw new ConnectionEndedException();
            }

            var answer = connection.Received;
            head.CopyTo(answer, context.Response);
            if (head.Status is not (204 or 304))
            {
                context.Response.ContentLength = head.ContentLength;
                context.Response.BodyWriter.Write(answer[head.Length..whole]);
            }

            return head.KeepAlive && answer.Length == whole;
        }

        private async ValueTask<bool> StreamAsync(AnswerHead head)
        {
            head.CopyTo(connection.Received, context.Response);
            context.Response.ContentLength = head.ContentLength;
            connection.Consume(head.Length);
            var left = head.ContentLength;
            var client = context.Response.BodyWriter;
            var begun = connection.Received[..(int)Math.Min(left, connection.Received.Length)];
            client.Write(begun);
            left -= begun.Length;
            connection.Consume(begun.Length);
            await client.FlushAsync(context.RequestAborted);
            while (left > 0)
            {
                var memory = client.GetMemory(StreamBuffer);
                var count = await connection.ReceiveAsync(memory[..(int)Math.Min(left, memory.Length)]);
                if (count == 0)
                    throw new ConnectionEndedException();
                client.Advance(count);
                left -= count;
                await client.FlushAsync(context.RequestAborted);
            }

            return head.KeepAlive && connection.Received.IsEmpty;
        }

        // Chunked, or ended by the connection's end: held in memory until it is whole or past the limit.
        private async ValueTask<bool> ReceiveUnmeasuredAsync(AnswerHead head)
        {
            var headBytes = connection.Received[..head.Length].ToArray();
            connection.Consume(head.Length);
            var chunks = head.Framing == BodyFraming.Chunked ? new ChunkedBody() : null;
            var held = new ArrayBufferWriter<byte>();
            var client = context.Response.BodyWriter;
            var streaming = false;
            while (true)
            {
                IBufferWriter<byte> target = streaming ? client : held;
                if (chunks is not null)
                {
                    connection.Consume(chunks.Decode(connection.Received, target));
                }
                else
                {
                    target.Write(connection.Received);
                    connection.Consume(connection.Received.Length);
                }

                if (!streaming && held.WrittenCount > HoldLimit)
                {
                    streaming = true;
                    head.CopyTo(headBytes, context.Response);
                    client.Write(held.WrittenSpan);
                    held.Clear();
                }

                if (chunks is { IsDone: true })
                    break;
                if (streaming)
                    await client.FlushAsync(context.RequestAborted);
                if (await connection.ReceiveAsync())
                    continue;
                if (chunks is not null)
                    throw new ConnectionEndedException();
                break;
            }

            if (!streaming)
            {
                head.CopyTo(headBytes, context.Response);
                context.Response.ContentLength = held.WrittenCount;
                client.Write(held.WrittenSpan);
            }

            return head.KeepAlive && connection.Received.IsEmpty;
        }
    }
}

/// <summary>The endpoint closed the connection before its answer was whole.</summary>
internal sealed class ConnectionEndedException : Exception;
