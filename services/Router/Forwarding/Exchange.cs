using System.Buffers;
using System.Buffers.Text;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Forwarding;

/// <summary>One request and its answer on one connection.</summary>
/// <param name="context">The client's side.</param>
/// <param name="connection">The version's side.</param>
/// <param name="time">The clock.</param>
/// <param name="pause">For an answer that is too long to be held: the longest pause of the version. The time that the client takes to
/// read is not counted.</param>
/// <param name="retry">Where stable can be asked instead: decides whether a failure is held back; null hands over every answer.</param>
internal readonly struct Exchange(HttpContext context, UpstreamConnection connection, TimeProvider time, TimeSpan pause, Retry? retry)
{
    /// <summary>An answer's body up to this many bytes is held until it is whole; a larger one is streamed.</summary>
    internal const int HoldLimit = 1024 * 1024;

    private const int StreamBuffer = 64 * 1024;

    /// <summary>Hands the answer to the client, unless it is a failure that is held back.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<ExchangeResult> ReceiveAsync()
    {
        AnswerHead head;
        while (!AnswerHead.TryParse(connection.Received, out head) || head.Status < StatusCodes.Status200OK)
        {
            if (head.Length > 0)
                connection.Consume(head.Length);
            else
                connection.Take(await connection.ReceiveAsync());
        }

        if (head.Framing != BodyFraming.Length)
            return await ReceiveUnmeasuredAsync(head);
        if (head.ContentLength > HoldLimit)
            return await StreamAsync(head);
        var whole = head.Length + (int)head.ContentLength;
        connection.Reserve(whole);
        while (connection.Received.Length < whole)
            connection.Take(await connection.ReceiveAsync());
        var answer = connection.Received;
        var reusable = head.KeepAlive && answer.Length == whole;
        if (IsHeldBack(head))
            return new(head, reusable, IsHeldBack: true);
        head.CopyTo(answer, context.Response);
        if (head.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
        {
            context.Response.ContentLength = head.ContentLength;
            context.Response.BodyWriter.Write(answer[head.Length..whole]);
        }

        return new(head, reusable);
    }

    /// <summary>Passes a long body on, and takes the answer whenever it comes.</summary>
    /// <param name="body">The client's body.</param>
    /// <param name="head">How many bytes of the connection's output are the request's head.</param>
    /// <exception cref="BodyLateException">The body did not come by the deadline.</exception>
    internal async ValueTask<ExchangeResult> SendAndReceiveAsync(ClientBody body, int head)
    {
        var stopped = new StrongBox<bool>();
        var sending = SendAsync(body, head, stopped);
        ExchangeResult result;
        try
        {
            result = await ReceiveAsync();
        }
        catch
        {
            // What the client did wrong goes before what that did to the connection.
            Stop(body, sending, stopped);
            await sending;
            throw;
        }

        // A connection that has seen half a request is of no more use.
        Stop(body, sending, stopped);
        await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return result with { IsReusable = result.IsReusable && sending is { IsCompletedSuccessfully: true, Result: true } };
    }

    private void Stop(ClientBody body, Task sending, StrongBox<bool> stopped)
    {
        if (sending.IsCompleted)
            return;
        stopped.Value = true;
        connection.Close();
        body.Stop();
        // The rest of the body would stand where the next request is looked for.
        if (!context.Response.HasStarted)
            context.Response.Headers.Connection = "close";
    }

    // False when the version takes no more: whether it gave an answer before is seen where that is received.
    private async Task<bool> SendAsync(ClientBody body, int head, StrongBox<bool> stopped)
    {
        var to = connection;
        var chunked = body.Length is null;
        try
        {
            await connection.SendAsync(connection.Output.AsMemory(0, head));
            await body.PassOnAsync(chunked ? piece => SendChunkAsync(to, piece) : piece => to.SendAsync(piece));
            if (chunked)
                await connection.SendAsync("0\r\n\r\n"u8.ToArray());
            connection.RequestEnd = time.GetTimestamp();
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
        catch (BodyLateException) when (stopped.Value && !to.HasExpired)
        {
            // Nobody waits for the rest any more; that is no fault of the client.
            return false;
        }
        catch
        {
            connection.Close();
            throw;
        }
    }

    private static async ValueTask SendChunkAsync(UpstreamConnection connection, ReadOnlyMemory<byte> piece)
    {
        const int SizeAndLineEnds = 16;
        while (!piece.IsEmpty)
        {
            var count = Math.Min(piece.Length, connection.Output.Length - SizeAndLineEnds);
            await connection.SendAsync(connection.Output.AsMemory(0, WriteChunk(piece.Span[..count], connection.Output)));
            piece = piece[count..];
        }
    }

    private static int WriteChunk(ReadOnlySpan<byte> data, Span<byte> output)
    {
        Utf8Formatter.TryFormat(data.Length, output, out var length, 'x');
        "\r\n"u8.CopyTo(output[length..]);
        data.CopyTo(output[(length + 2)..]);
        "\r\n"u8.CopyTo(output[(length + 2 + data.Length)..]);
        return length + data.Length + 4;
    }

    private async ValueTask<ExchangeResult> StreamAsync(AnswerHead head)
    {
        if (IsHeldBack(head))
            return new(head, IsReusable: false, IsHeldBack: true);
        head.CopyTo(connection.Received, context.Response);
        context.Response.ContentLength = head.ContentLength;
        connection.Consume(head.Length);
        var left = head.ContentLength;
        var client = context.Response.BodyWriter;
        var begun = connection.Received[..(int)Math.Min(left, connection.Received.Length)];
        client.Write(begun);
        left -= begun.Length;
        connection.Consume(begun.Length);
        await FlushAsync();
        while (left > 0)
        {
            var memory = client.GetMemory(StreamBuffer);
            var count = await connection.ReceiveAsync(memory[..(int)Math.Min(left, memory.Length)]);
            if (count == 0)
                throw new ConnectionEndedException();
            client.Advance(count);
            left -= count;
            await FlushAsync();
        }

        return new(head, head.KeepAlive && connection.Received.IsEmpty);
    }

    // Chunked, or ended by the connection's end: held in memory until it is whole or past the limit.
    private async ValueTask<ExchangeResult> ReceiveUnmeasuredAsync(AnswerHead head)
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
                if (IsHeldBack(head))
                    return new(head, IsReusable: false, IsHeldBack: true);
                streaming = true;
                head.CopyTo(headBytes, context.Response);
                client.Write(held.WrittenSpan);
                held = new ArrayBufferWriter<byte>();
            }

            if (chunks is { IsDone: true })
                break;
            if (streaming)
                await FlushAsync();
            var count = await connection.ReceiveAsync();
            if (count == 0 && chunks is null)
                break;
            connection.Take(count);
        }

        if (!streaming)
        {
            if (IsHeldBack(head))
                return new(head, head.KeepAlive && connection.Received.IsEmpty, IsHeldBack: true);
            head.CopyTo(headBytes, context.Response);
            context.Response.ContentLength = held.WrittenCount;
            client.Write(held.WrittenSpan);
        }

        return new(head, head.KeepAlive && connection.Received.IsEmpty);
    }

    // Asked once for each answer, before the first byte of it reaches the client's response.
    private bool IsHeldBack(in AnswerHead head) => head.Status >= StatusCodes.Status500InternalServerError && retry is not null && retry.Take(RetryReason.Error);

    // A client that reads slowly uses up its own time (Kestrel's least data rate), not the version's.
    private async ValueTask FlushAsync()
    {
        connection.Extend(UpstreamConnection.NoDeadline);
        await context.Response.BodyWriter.FlushAsync();
        connection.Extend(time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency));
    }
}
