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
/// read. Afterwards it keeps what its tensors do cost. A compressed body takes the same again for what it expands to, as it expands.
/// </summary>
internal sealed class RequestBody(InferenceSettings settings, LargeBodies largeBodies, TimeProvider time)
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
            var form = BodyForm.Read(context.Request.Headers);
            var bytesPerByte = model.BytesPerByteOf(form);
            var largest = Math.Min(settings.MaxRequestBytes, (long)(bytes.Largest / bytesPerByte));
            var length = context.Request.ContentLength;
            if (length > largest)
                throw TooLarge(largest);
            var reader = new Reading(model, bytes, form, bytesPerByte, largest, requestTime);
            reader.Take(length ?? FirstStep);
            var reading = context.Request.BodyReader.ReadAsync(context.RequestAborted);
            if (!reading.IsCompletedSuccessfully)
                return ReadLongAsync(context, reading, reader);
            var read = reading.Result;
            return read is { IsCompleted: true, Buffer.IsSingleSegment: true } && read.Buffer.Length <= (length ?? FirstStep)
                && !IsLong(read.Buffer.Length, form)
                ? new(ReadSingle(context.Request.BodyReader, read, reader))
                : ReadLongAsync(context, new(read), reader);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private async ValueTask<InferRequest> ReadLongAsync(HttpContext context, ValueTask<ReadResult> reading, Reading request)
    {
        var (requestTime, largest) = (request.Time, request.Largest);
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
                        Enlarge(text, count + received, request);
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
                    using var place = IsLong(count, request.Form)
                        ? await largeBodies.EnterAsync(requestTime.Remaining(time), context.RequestAborted)
                        : default;
                    var done = Read(text.GetSpan()[..count], request);
                    done.BodyEnd = bodyEnd;
                    return done;
                }

                if (read.IsCanceled)
                    throw new BodyLateException(requestTime.Limit);
                reading = body.ReadAsync(context.RequestAborted);
            }
        }
        catch
        {
            request.Bytes.Dispose();
            throw;
        }
    }

    // A short body that is compressed may become a long one.
    private static bool IsLong(long length, in BodyForm form) => length >= LargeBodies.LeastBytes || form.Coding != BodyCoding.Identity;

    private InferRequest ReadSingle(PipeReader body, in ReadResult read, in Reading request)
    {
        try
        {
            return Read(read.Buffer.FirstSpan, request);
        }
        finally
        {
            body.AdvanceTo(read.Buffer.End);
        }
    }

    private InferRequest Read(ReadOnlySpan<byte> body, in Reading reading)
    {
        if (reading.Form.Coding == BodyCoding.Identity)
            return ReadPlain(body, reading);
        var plain = new NativeBytes(FirstStep);
        using IDisposable owner = plain;
        var count = Expand(body, plain, reading);
        return ReadPlain(plain.GetSpan()[..count], reading);
    }

    private static InferRequest ReadPlain(ReadOnlySpan<byte> body, in Reading reading)
    {
        var (model, bytes) = (reading.Model, reading.Bytes);
        var request = reading.Form.IsProtobuf
            ? model.ProtobufReader.Read(body)
            : model.Reader.Read(body, reading.Form.JsonLength, bytes);
        // For a small request, counting costs more than it is worth.
        if (bytes.Bytes > ByteBudget.SmallRequest)
            bytes.ShrinkTo(TensorCost.Measure(model.RequestInputs, request.Inputs, body.Length));
        request.Bytes = bytes;
        return request;
    }

    // Returns the length of the expanded body.
    private unsafe int Expand(ReadOnlySpan<byte> body, NativeBytes plain, in Reading reading)
    {
        // The body itself stays in memory meanwhile.
        var room = (long)((reading.Bytes.Largest - reading.Bytes.Bytes) / reading.BytesPerByte);
        var largest = (int)Math.Clamp(room, 0, Math.Min(reading.Largest, int.MaxValue));
        reading.Take(plain.Length);
        fixed (byte* start = body)
        {
            using var expansion = new BodyExpansion((nint)start, body.Length, reading.Form.Coding);
            Span<byte> more = stackalloc byte[1];
            for (var count = 0; ;)
            {
                if (count == largest)
                    return expansion.Read(more) == 0 ? count : throw TooLarge(largest);
                if (count == plain.Length)
                    Enlarge(plain, count + 1, reading with { Largest = largest });
                var read = expansion.Read(plain.GetSpan()[count..Math.Min(plain.Length, largest)]);
                if (read == 0)
                    return count;
                count += read;
                if (reading.Time.Remaining(time) == TimeSpan.Zero)
                    throw new BodyLateException(reading.Time.Limit);
            }
        }
    }

    private static void Enlarge(NativeBytes text, int needed, in Reading reading)
    {
        var larger = (int)Math.Min(reading.Largest, Math.Max(needed, 2L * text.Length));
        reading.Take(larger - text.Length);
        text.Grow(larger);
    }

    private BadHttpRequestException TooLarge(long largest) => new(
        largest < settings.MaxRequestBytes
            ? $"The body is too large for the memory of this process, which has room for {largest} bytes of it and their tensors."
            : "The body is too large.",
        StatusCodes.Status413PayloadTooLarge);

    /// <summary>What is known about a request before its body.</summary>
    private readonly record struct Reading(
        LoadedModel Model, ByteReservation Bytes, BodyForm Form, double BytesPerByte, long Largest, RequestTime Time)
    {
        /// <summary>Takes what this many bytes of the body can cost.</summary>
        internal void Take(long length) => Bytes.Take((long)(length * BytesPerByte));
    }
}
