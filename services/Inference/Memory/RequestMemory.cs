using Microsoft.AspNetCore.Http;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Contracts;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;

namespace ModelServing.Inference.Memory;

/// <summary>The memory of requests, from the body to the last byte of the answer.</summary>
/// <remarks>
/// <code>
/// 1 body and tensors   taken before the body is read, as many as they can cost; what they do not cost is returned
/// 2 the model's call   limited by the runtime's arena
/// 3 answer             taken piece by piece while it is written; its tensors go first, then each piece that was sent
/// </code>
/// </remarks>
internal sealed class RequestMemory(ByteBudget budget, MemoryShares shares, RequestBody body, AnswerSender sender, MemoryTrim trim)
{
    // A request without a time of its own.
    private static readonly TimeSpan Unlimited = TimeSpan.FromSeconds(60);

    private int calls;

    /// <summary>Begins a request, or its answer. Requests that name their version themselves leave half of the budget to the
    /// others.</summary>
    internal ByteReservation Begin(HttpRequest request) =>
        new(budget, request.Headers[HeaderNames.ModelVariant] == VariantPlan.Pinned ? ByteShare.Half : ByteShare.Whole);

    /// <inheritdoc cref="RequestBody.ReadAsync"/>
    internal ValueTask<InferRequest> ReadAsync(HttpContext context, LoadedModel model, ByteReservation bytes, TimeSpan? left) =>
        body.ReadAsync(context, model, bytes, left ?? Unlimited);

    /// <summary>Counts a call of the model until the result is disposed of.</summary>
    internal Calling Call()
    {
        Interlocked.Increment(ref calls);
        return new Calling(this);
    }

    /// <summary>Writes an answer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="request">The request.</param>
    /// <param name="outputs">The model's outputs.</param>
    /// <param name="answer">The answer to write.</param>
    /// <param name="bytes">Takes the answer's bytes.</param>
    internal void Write(
        LoadedModel model, InferRequest request, IReadOnlyList<OrtValue> outputs, InferAnswer answer, ByteReservation bytes)
    {
        try
        {
            answer.Write(model, request.Id, request.Outputs, outputs, bytes, shares.AnswerBytes);
        }
        finally
        {
            trim.Used(answer.TensorBytes + answer.Body.Length);
        }
    }

    /// <summary>The exception for a call that found the runtime's memory in use. Only if no other call used it, a retry is
    /// useless.</summary>
    internal Exception Full(LoadedModel model)
    {
        if (Volatile.Read(ref calls) == 0)
            return new ModelMemoryException(model.RuntimeBytes);
        budget.CountRefusal();
        return new OverBudgetException(
            $"The calls of {model.Name} use too much of the {model.RuntimeBytes} bytes that they may use together; retry later");
    }

    /// <summary>Sends the answer; the request's own memory is free before that.</summary>
    internal ValueTask SendAsync(HttpContext context, InferRequest request, ByteReservation bytes, InferAnswer answer, TimeSpan? left)
    {
        trim.Used(bytes.Bytes);
        request.Dispose();
        bytes.Dispose();
        return sender.SendAsync(context, answer.Body, left ?? Unlimited);
    }

    /// <summary>A call of the model.</summary>
    internal readonly struct Calling(RequestMemory memory) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref memory.calls);
    }
}
