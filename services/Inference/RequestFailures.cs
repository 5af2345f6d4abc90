using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Protocol;

namespace ModelServing.Inference;

/// <summary>Answers a request whose handling ended with an exception. It tells the caller's faults from the service's own: only the latter
/// are logged, and only they are 500.</summary>
internal sealed class RequestFailures(InferenceSettings settings, ByteBudget budget, ILogger<RequestFailures> logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // Kestrel does not tell in another way that the connection ended within the body. By then it is closed.
    private const string EndedEarly = "Unexpected end of request content.";

    /// <summary>Answers the request; false if its caller has left. Never throws.</summary>
    internal async Task<bool> TryAnswerAsync(HttpContext context, Exception failure)
    {
        if (HasLeft(context, failure))
            return false;
        var requestId = Problems.RequestIdOf(context);
        var (problem, detail) = Explain(failure);
        if (problem == ByteBudget.Exceeded)
            budget.CountRefusal();
        if (problem == Problems.Internal)
            InferenceLog.Failed(logger, requestId, failure);
        try
        {
            if (context.Response.HasStarted)
                context.Abort();
            else
                await problem.WriteAsync(context, detail, requestId, problem == ByteBudget.Exceeded ? RetryAfter : null);
            return true;
        }
        catch (Exception e)
        {
            if (!HasLeft(context, e))
                InferenceLog.Failed(logger, requestId, e);
            return false;
        }
    }

    private (Problem Problem, string Detail) Explain(Exception failure) => failure switch
    {
        RequestFaultException => (Problems.InvalidRequest, failure.Message),
        BodyLateException => (Problems.BodyLate, failure.Message),
        OverBudgetException => (ByteBudget.Exceeded, failure.Message),
        AnswerTooLargeException => (Problems.AnswerTooLarge, failure.Message),
        ModelMemoryException => (Problems.ModelMemory, failure.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            (Problems.BodyTooLarge, $"{failure.Message} The body may have at most {settings.MaxRequestBytes} bytes."),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => (Problems.BodyLate, failure.Message),
        BadHttpRequestException => (Problems.InvalidRequest, failure.Message),
        // For Kestrel some broken bodies are not a bad request, such as a chunk whose size is too large for a number.
        IOException => (Problems.InvalidRequest, "The body can't be read: its length or its chunks are wrong"),
        _ => (Problems.Internal, "The service failed while it handled this request; see its log"),
    };

    private static bool HasLeft(HttpContext context, Exception failure) => failure switch
    {
        ConnectionResetException or ConnectionAbortedException or OperationCanceledException => true,
        BadHttpRequestException => failure.Message == EndedEarly || context.RequestAborted.IsCancellationRequested,
        IOException => context.RequestAborted.IsCancellationRequested,
        _ => false,
    };
}
