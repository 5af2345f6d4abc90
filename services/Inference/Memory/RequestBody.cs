using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;

namespace ModelServing.Inference.Memory;

/// <summary>
/// Reads the body of an inference request into tensors. A request takes what its body and tensors can cost at most before the first byte is
/// read. Afterwards it keeps what its tensors do cost.
/// </summary>
internal sealed class RequestBody(InferenceSettings settings, TimeProvider time)
{
    // What a body of unknown length takes at first; then it takes as much again as has arrived.
    private const int FirstStep = 16 * 1024;

    /// <summary>Reads a request.</summary>
    /// <param name="context">The call.</param>
    /// <param name="bytes">The request's bytes; the request owns them.</param>
    /// <param name="requestTime">The request's time, in which the body must arrive.</param>
    /// <exception cref="OverBudgetException">The request does not fit beside the others.</exception>
    /// <exception cref="BodyLateException">The body did not arrive in time.</exception>
    /// <exception cref="BadHttpRequestException">The body is too large, or broken off.</exception>
    /// <exception cref="RequestFaultException">The body is not a valid request for this model.</exception>
    internal ValueTask<InferRequest> ReadAsync(HttpContext context, LoadedModel model, ByteReservation bytes, RequestTime requestTime)
    {
        try
        {
            var largest = Math.Min(settings.MaxRequestBytes, (long)(bytes.Largest / model.BytesPerByte));
            var length = context.Request.ContentLength;
            if (length > largest)
                throw TooLarge(largest);
            Take(bytes, model, length ?? FirstStep);
            var reading = context.Request.BodyReader.ReadAsync(context.RequestAborted);
            if (!reading.IsCompletedSuccessfully)
                return ReadLongAsync(context, reading, model, bytes, largest, requestTime);
            var read = reading.Result;
            return read is { IsCompleted: true, Buffer.IsSingleSegment: true } && read.Buffer.Length <= (length ?? FirstStep)
                ? new(ReadSingle(context.Request.BodyReader, read, model, bytes))
                : ReadLongAsync(context, new(read), model, bytes, largest, requestTime);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private async ValueTask<InferRequest> ReadLongAsync(
        HttpContext context,
        ValueTask<ReadResult> reading,
        LoadedModel model,
        ByteReservation bytes,
        long largest,
        RequestTime requestTime)
    {
        var body = context.Request.BodyReader;
        var text = new NativeBytes((int)Math.Max(1, context.Request.ContentLength ?? FirstStep));
        using IDisposable owner = text;
        await using var timer = time.CreateTimer(
            static reader => ((PipeReader)reader!).CancelPendingRead(), body, requestTime.Remaining(time), Timeout.InfiniteTimeSpan);
        try
        {
            for (var count = 0; ;)
            {
                var read = await reading;
                try
                {
                    var received = (int)Math.Min(read.Buffer.Length, int.MaxValue - count);
                    if (count + (long)received > largest)
                        throw TooLarge(largest);
                    if (count + received > text.Length)
                        Enlarge(text, count + received, largest, model, bytes);
                    read.Buffer.CopyTo(text.GetSpan()[count..]);
                    count += received;
                }
                finally
                {
                    body.AdvanceTo(read.Buffer.End);
                }

                if (read.IsCompleted)
                {
                    var bodyEnd = time.GetTimestamp();
                    var request = Read(text.GetSpan()[..count], model, bytes);
                    request.BodyEnd = bodyEnd;
                    return request;
                }

                if (read.IsCanceled)
                    throw new BodyLateException(requestTime.Limit);
                reading = body.ReadAsync(context.RequestAborted);
            }
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private static InferRequest ReadSingle(PipeReader body, in ReadResult read, LoadedModel model, ByteReservation bytes)
    {
        try
        {
            return Read(read.Buffer.FirstSpan, model, bytes);
        }
        finally
        {
            body.AdvanceTo(read.Buffer.End);
        }
    }

    private static InferRequest Read(ReadOnlySpan<byte> text, LoadedModel model, ByteReservation bytes)
    {
        var request = model.Reader.Read(text);
        // For a small request, counting costs more than it is worth.
        if (bytes.Bytes > ByteBudget.SmallRequest)
            bytes.ShrinkTo(TensorCost.Measure(model.RequestInputs, request.Inputs, text.Length));
        request.Bytes = bytes;
        return request;
    }

    private static void Enlarge(NativeBytes text, int needed, long largest, LoadedModel model, ByteReservation bytes)
    {
        var larger = (int)Math.Min(largest, Math.Max(needed, 2L * text.Length));
        Take(bytes, model, larger - text.Length);
        text.Grow(larger);
    }

    private static void Take(ByteReservation bytes, LoadedModel model, long length) => bytes.Take((long)(length * model.BytesPerByte));

    private BadHttpRequestException TooLarge(long largest) => new(
        largest < settings.MaxRequestBytes
            ? $"The body is too large for the memory of this process, which has room for {largest} bytes of it and their tensors."
            : "The body is too large.",
        StatusCodes.Status413PayloadTooLarge);
}
