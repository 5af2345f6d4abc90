using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Forwarding;

/// <summary>The answer of one call, which goes to the client or is held back.</summary>
/// <param name="context">The client's side.</param>
/// <param name="call">The version's side.</param>
/// <param name="time">The clock.</param>
/// <param name="pause">The longest pause of the version in an answer that is too long to be held. The time that the client takes to read is
/// not counted.</param>
/// <param name="retry">The possible retry on stable, which decides whether a failure is held back; null sends every answer to the
/// client.</param>
/// <param name="times">When the parts of the request began.</param>
internal readonly struct Exchange(
    HttpContext context, UpstreamCall call, TimeProvider time, TimeSpan pause, Retry? retry, AttemptTimes times = default)
{
    /// <summary>An answer's body of up to this many bytes is held until it is complete; a larger one is streamed.</summary>
    internal const int HoldLimit = 1024 * 1024;

    private const int StreamBuffer = 64 * 1024;

    /// <summary>Receives the answer's body and sends the answer to the client, unless it is a failure that is held back.</summary>
    /// <returns>Whether the answer is held back.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<bool> ReceiveAsync(Answer head)
    {
        if (head.Length is not { } length)
            return await ReceiveUnmeasuredAsync(head);
        if (length > HoldLimit || !new HeldBytes(context).TryTake(length))
            return await StreamAsync(head, length);
        // Nothing of the response is touched before the body is complete.
        var body = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var stream = head.Body;
            for (var received = 0; received < length;)
                received += CheckedCount(await stream.ReadAsync(body.AsMemory(received, (int)length - received), call.Cut));
            if (IsHeldBack(head))
                return true;
            CopyHead(head);
            if (head.HasBody)
            {
                context.Response.ContentLength = length;
                context.Response.BodyWriter.Write(body.AsSpan(0, (int)length));
                ClientReading.Limit(context, length, call, time);
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    private async ValueTask<bool> StreamAsync(Answer head, long length)
    {
        if (IsHeldBack(head))
            return true;
        CopyHead(head);
        context.Response.ContentLength = length;
        var client = context.Response.BodyWriter;
        var reading = new ClientReading(context, call, time, pause);
        var stream = head.Body;
        // The first bytes of the body may take the version long.
        await reading.FlushAsync();
        for (var left = length; left > 0;)
        {
            var memory = client.GetMemory(StreamBuffer);
            var count = CheckedCount(await stream.ReadAsync(memory[..(int)Math.Min(left, memory.Length)], call.Cut));
            client.Advance(count);
            left -= count;
            await reading.FlushAsync();
        }

        return false;
    }

    // Chunked, or ended by the connection's end: held in memory until it is complete or past the limit.
    private async ValueTask<bool> ReceiveUnmeasuredAsync(Answer head)
    {
        var held = new ArrayBufferWriter<byte>();
        var heldBytes = new HeldBytes(context);
        var client = context.Response.BodyWriter;
        var stream = head.Body;
        ClientReading? reading = null;
        while (true)
        {
            IBufferWriter<byte> target = reading is null ? held : client;
            var count = await stream.ReadAsync(target.GetMemory(reading is null ? 1 : StreamBuffer), call.Cut);
            if (count == 0)
                break;
            target.Advance(count);
            if (reading is null && (held.WrittenCount > HoldLimit || !heldBytes.TryTake(2L * held.WrittenCount)))
            {
                if (IsHeldBack(head))
                    return true;
                reading = new ClientReading(context, call, time, pause);
                CopyHead(head);
                client.Write(held.WrittenSpan);
                held = new ArrayBufferWriter<byte>();
            }

            if (reading is not null)
                await reading.FlushAsync();
        }

        if (reading is not null)
            return false;
        if (IsHeldBack(head))
            return true;
        CopyHead(head);
        context.Response.ContentLength = held.WrittenCount;
        client.Write(held.WrittenSpan);
        ClientReading.Limit(context, held.WrittenCount, call, time);
        return false;
    }

    private static int CheckedCount(int count) => count > 0 ? count : throw new ConnectionEndedException();

    private void CopyHead(in Answer head)
    {
        var timing = new ServerTiming(stackalloc char[ServerTiming.Room]);
        times.WriteTo(ref timing, time);
        head.CopyTo(context.Response, ref timing);
        context.Response.Headers[HeaderNames.ServerTiming] = timing.ToString();
    }

    // Called once for each answer, before its first byte reaches the client's response. A status of 400 or above may be the request's fault
    // or the version's; stable's answer decides.
    private bool IsHeldBack(in Answer head) =>
        retry is not null && head switch
        {
            { Status: StatusCodes.Status504GatewayTimeout } => retry.Take(RetryReason.Late),
            { Status: >= StatusCodes.Status500InternalServerError } => retry.Take(RetryReason.Error),
            { Status: >= StatusCodes.Status400BadRequest } => retry.Take(RetryReason.ClientError),
            { IsNonFinite: true } => retry.Take(RetryReason.NonFinite),
            _ => false,
        };
}
