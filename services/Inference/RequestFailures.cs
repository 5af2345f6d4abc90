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

    /// <summary>Answers the request; false if its caller has left. Never throws.</summary>
    internal async Task<bool> TryAnswerAsync(HttpContext context, Exception failure)
    {
        if (CallerLeft.IsShownBy(failure, context))
        {
            CallerLeft.End(context);
            return false;
        }

        var requestId = Problems.RequestIdOf(context);
        var (problem, detail) = Explain(failure);
        if (problem == ByteBudget.Exceeded)
            budget.CountRefusal();
        if (problem == Problems.Internal)
            InferenceLog.Failed(logger, requestId, failure);
        try
        {
            if (context.Response.HasStarted)
            {
                context.Abort();
                return true;
            }

            if (problem == ByteBudget.Exceeded)
                context.Response.Headers[HeaderNames.ModelOutcome] = HeaderNames.Busy;
            await problem.WriteAsync(context, detail, requestId, problem == ByteBudget.Exceeded ? RetryAfter : null);
            return true;
        }
        catch (Exception e)
        {
            if (!CallerLeft.IsShownBy(e, context))
                InferenceLog.Failed(logger, requestId, e);
            return false;
        }
    }

    /// <summary>Logs that the model failed. Answers do not have the runtime's message.</summary>
    internal void Log(string? requestId, string? why) => InferenceLog.ModelFailed(logger, requestId, why);

    private (Problem Problem, string Detail) Explain(Exception failure) => failure switch
    {
        RequestFaultException => (Problems.InvalidRequest, failure.Message),
        BodyLateException => (Problems.BodyLate, failure.Message),
        OverBudgetException => (ByteBudget.Exceeded, failure.Message),
        AnswerTooLargeException => (Problems.AnswerTooLarge, failure.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            (Problems.BodyTooLarge, $"{failure.Message} The body may have at most {settings.MaxRequestBytes} bytes."),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => (Problems.BodyLate, failure.Message),
        BadHttpRequestException => (Problems.InvalidRequest, failure.Message),
        IOException => (Problems.InvalidRequest, CallerLeft.BrokenBody),
        _ => (Problems.Internal, "The service failed while it handled this request; see its log"),
    };
}
