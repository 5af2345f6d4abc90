using Microsoft.AspNetCore.Http;
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

    /// <inheritdoc cref="AnswerSender.SendAsync"/>
    internal ValueTask SendAsync(HttpContext context, InferAnswer answer, in RequestTime time) =>
        sender.SendAsync(context, answer.Body, time);

    // Requests that name their version themselves leave half of the budget to the others.
    private static ByteShare ShareOf(CallerGroup caller) => caller.IsPinned ? ByteShare.Half : ByteShare.Whole;
}
