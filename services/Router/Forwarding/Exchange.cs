using System.Buffers;
using System.Buffers.Text;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Forwarding;

/// <summary>One request and its answer on one connection.</summary>
/// <param name="context">The client's side.</param>
/// <param name="connection">The version's side.</param>
/// <param name="time">The clock.</param>
/// <param name="pause">The longest pause of the version in an answer that is too long to be held. The time that the client takes to read is
/// not counted.</param>
/// <param name="retry">The possible retry on stable, which decides whether a failure is held back; null sends every answer to the
/// client.</param>
/// <param name="times">When the parts of the request began.</param>
internal readonly struct Exchange(
    HttpContext context, UpstreamConnection connection, TimeProvider time, TimeSpan pause, Retry? retry, AttemptTimes times = default)
{
    /// <summary>An answer's body of up to this many bytes is held until it is complete; a larger one is streamed.</summary>
    internal const int HoldLimit = 1024 * 1024;

    private const int StreamBuffer = 64 * 1024;

    /// <summary>Receives the answer and sends it to the client, unless it is a failure that is held back.</summary>
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
        var held = new HeldBytes(context);
        if (!held.TryTake(head.ContentLength))
            return await StreamAsync(head);
        var whole = head.Length + (int)head.ContentLength;
        connection.Reserve(whole);
        while (connection.Received.Length < whole)
            connection.Take(await connection.ReceiveAsync());
        var answer = connection.Received;
        var reusable = head.KeepAlive && answer.Length == whole;
        if (IsHeldBack(head))
            return new(head, reusable, IsHeldBack: true);
        CopyHead(head, answer);
        if (head.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
        {
            context.Response.ContentLength = head.ContentLength;
            context.Response.BodyWriter.Write(answer[head.Length..whole]);
            ClientReading.Limit(context, head.ContentLength, connection, time);
        }

        return new(head, reusable);
    }

    /// <summary>Sends a long body, and accepts the answer at any time. With a possible retry, a whole body is not released.</summary>
    /// <param name="body">The client's body.</param>
    /// <param name="head">The length of the request's head in the connection's output.</param>
    /// <exception cref="BodyLateException">The body did not arrive by the deadline.</exception>
    /// <exception cref="IOException">The client left.</exception>
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
            // A fault of the client comes first: it may be what broke the connection.
            Stop(body, sending, stopped);
            await sending;
            throw;
        }

        // A connection that has seen half a request cannot be used again. Asked before it is stopped: the last part may be sent at this
        // moment, on a connection that is closed then.
        var isSent = sending is { IsCompletedSuccessfully: true, Result: true };
        Stop(body, sending, stopped);
        await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Kestrel can't read the rest of the body then, so it must not try.
        if (sending.Exception?.InnerException is { } failure && CallerLeft.IsShownBy(failure, context))
            ExceptionDispatchInfo.Throw(failure);
        return result with { IsReusable = result.IsReusable && isSent };
    }

    private void Stop(ClientBody body, Task sending, StrongBox<bool> stopped)
    {
        if (sending.IsCompleted)
            return;
        stopped.Value = true;
        connection.Close();
        if (body.IsWhole)
            return;
        body.Stop();
        // Otherwise the rest of the body would be read as the next request.
        if (!context.Response.HasStarted)
            context.Response.Headers.Connection = "close";
    }

    // False if the version accepts no more of the body. The receiving side sees whether it answered before that.
    private async Task<bool> SendAsync(ClientBody body, int head, StrongBox<bool> stopped)
    {
        var to = connection;
        var chunked = body.Length is null;
        try
        {
            await SendHeadAsync(body, head);
            if (IsKept(body))
                await body.SendAsync(piece => to.SendAsync(piece));
            else
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
            // The rest is not needed any more, which is not the client's fault.
            return false;
        }
        catch
        {
            connection.Close();
            throw;
        }
    }

    private async ValueTask SendHeadAsync(ClientBody body, int head)
    {
        try
        {
            await connection.SendAsync(connection.Output.AsMemory(0, head));
        }
        catch
        {
            // Kestrel can't read on before it is released.
            if (!IsKept(body))
                body.Release();
            throw;
        }
    }

    private bool IsKept(in ClientBody body) => retry is not null && body.IsWhole;

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
        CopyHead(head, connection.Received);
        context.Response.ContentLength = head.ContentLength;
        connection.Consume(head.Length);
        var left = head.ContentLength;
        var client = context.Response.BodyWriter;
        var reading = new ClientReading(context, connection, time, pause);
        var begun = connection.Received[..(int)Math.Min(left, connection.Received.Length)];
        client.Write(begun);
        left -= begun.Length;
        connection.Consume(begun.Length);
        await reading.FlushAsync();
        while (left > 0)
        {
            var memory = client.GetMemory(StreamBuffer);
            var count = await connection.ReceiveAsync(memory[..(int)Math.Min(left, memory.Length)]);
            if (count == 0)
                throw new ConnectionEndedException();
            client.Advance(count);
            left -= count;
            await reading.FlushAsync();
        }

        return new(head, head.KeepAlive && connection.Received.IsEmpty);
    }

    // Chunked, or ended by the connection's end: held in memory until it is complete or past the limit.
    private async ValueTask<ExchangeResult> ReceiveUnmeasuredAsync(AnswerHead head)
    {
        var headBytes = connection.Received[..head.Length].ToArray();
        connection.Consume(head.Length);
        var chunks = head.Framing == BodyFraming.Chunked ? new ChunkedBody() : null;
        var held = new ArrayBufferWriter<byte>();
        var heldBytes = new HeldBytes(context);
        var client = context.Response.BodyWriter;
        ClientReading? reading = null;
        while (true)
        {
            IBufferWriter<byte> target = reading is null ? held : client;
            if (chunks is not null)
            {
                connection.Consume(chunks.Decode(connection.Received, target));
            }
            else
            {
                target.Write(connection.Received);
                connection.Consume(connection.Received.Length);
            }

            if (reading is null && (held.WrittenCount > HoldLimit || !heldBytes.TryTake(2L * held.WrittenCount)))
            {
                if (IsHeldBack(head))
                    return new(head, IsReusable: false, IsHeldBack: true);
                reading = new ClientReading(context, connection, time, pause);
                CopyHead(head, headBytes);
                client.Write(held.WrittenSpan);
                held = new ArrayBufferWriter<byte>();
            }

            if (chunks is { IsDone: true })
                break;
            if (reading is not null)
                await reading.FlushAsync();
            var count = await connection.ReceiveAsync();
            if (count == 0 && chunks is null)
                break;
            connection.Take(count);
        }

        if (reading is null)
        {
            if (IsHeldBack(head))
                return new(head, head.KeepAlive && connection.Received.IsEmpty, IsHeldBack: true);
            CopyHead(head, headBytes);
            context.Response.ContentLength = held.WrittenCount;
            client.Write(held.WrittenSpan);
            ClientReading.Limit(context, held.WrittenCount, connection, time);
        }

        return new(head, head.KeepAlive && connection.Received.IsEmpty);
    }

    private void CopyHead(in AnswerHead head, ReadOnlySpan<byte> bytes)
    {
        var timing = new ServerTiming(stackalloc char[ServerTiming.Room]);
        times.WriteTo(ref timing, time);
        head.CopyTo(bytes, context.Response, ref timing);
        context.Response.Headers[HeaderNames.ServerTiming] = timing.ToString();
    }

    // Called once for each answer, before its first byte reaches the client's response. A status of 400 or above may be the request's fault
    // or the version's; stable's answer decides.
    private bool IsHeldBack(in AnswerHead head) =>
        retry is not null && head switch
        {
            { Status: >= StatusCodes.Status500InternalServerError } => retry.Take(RetryReason.Error),
            { Status: >= StatusCodes.Status400BadRequest } => retry.Take(RetryReason.ClientError),
            { IsNonFinite: true } => retry.Take(RetryReason.NonFinite),
            _ => false,
        };
}
