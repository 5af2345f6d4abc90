using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;

namespace ModelServing.Inference.Memory;

/// <summary>The memory of requests, from the body to the last byte of the answer.</summary>
/// <remarks>
/// <code>
/// 1 body and tensors   taken before the body is read, as many as they can cost; what they do not cost is returned
/// 2 the model's call   limited by the runtime's arena
/// 3 answer             taken piece by piece while it is written, and returned piece by piece as it is sent
/// </code>
/// </remarks>
internal sealed class RequestMemory(ByteBudget budget, MemoryShares shares, RequestBody body, AnswerSender sender)
{
    /// <inheritdoc cref="RequestBody.ReadAsync"/>
    internal ValueTask<InferRequest> ReadAsync(HttpContext context, LoadedModel model, CallerGroup caller, in RequestTime time) =>
        body.ReadAsync(context, model, new ByteReservation(budget, ShareOf(caller)), time);

    /// <summary>Begins an answer.</summary>
    internal InferAnswer Begin(InferAnswer answer, CallerGroup caller)
    {
        answer.Begin(budget, ShareOf(caller), shares.AnswerBytes);
        return answer;
    }

    /// <summary>Sets the headers that describe an answer's body, and compresses the body if the client accepts that and there is
    /// room.</summary>
    /// <returns>What is to be sent: the answer's own body, or one that the caller disposes of.</returns>
    internal AnswerBuffer Prepare(HttpContext context, InferAnswer answer, CallerGroup caller)
    {
        var headers = context.Response.Headers;
        headers.ContentType = answer.IsProtobuf ? UnsupportedBody.Protobuf
            : answer.JsonLength is null ? "application/json"
            : "application/octet-stream";
        if (answer.JsonLength is { } length)
            headers[HeaderNames.JsonLength] = length.ToString(CultureInfo.InvariantCulture);
        var coding = AnswerCompression.CodingFor(context.Request.Headers.AcceptEncoding, answer.Body.Length);
        if (coding == BodyCoding.Identity || TryCompress(answer.Body, coding, caller) is not { } body)
            body = answer.Body;
        else
            (headers.ContentEncoding, headers.Vary) = (coding == BodyCoding.Gzip ? "gzip" : "deflate", "Accept-Encoding");
        headers.ContentLength = body.Length;
        return body;
    }

    /// <inheritdoc cref="AnswerSender.SendAsync"/>
    internal ValueTask SendAsync(HttpContext context, AnswerBuffer body, in RequestTime time) => sender.SendAsync(context, body, time);

    // Null without room for a second copy. The first one is good enough.
    private AnswerBuffer? TryCompress(AnswerBuffer answer, BodyCoding coding, CallerGroup caller)
    {
        var compressed = new AnswerBuffer();
        compressed.Begin(budget, ShareOf(caller), shares.AnswerBytes);
        try
        {
            AnswerCompression.Compress(answer, compressed, coding);
            return compressed;
        }
        catch (Exception e) when (e is OverBudgetException or AnswerTooLargeException)
        {
            compressed.Dispose();
            return null;
        }
    }

    // Requests that name their version themselves leave half of the budget to the others.
    private static ByteShare ShareOf(CallerGroup caller) => caller.IsPinned ? ByteShare.Half : ByteShare.Whole;
}
