using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Hosting;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Recording;

/// <summary>Counts and logs how requests ended. Attempts have their own observers.</summary>
internal sealed class AnsweredRequests(
    RouterMetrics metrics, TimeProvider time, ILogger<AnsweredRequests> logger, AttemptLog? attempts = null)
{
    /// <summary>A request was not admitted, or no variant was found for it.</summary>
    internal void Refused(HttpContext context, string requestId, long began, Problem problem)
    {
        metrics.Refused(problem);
        attempts?.Add(requestId, began, problem.Status, problem.Reason, TraceOf(context.Request));
    }

    /// <summary>A request for a variant has its answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="route">The variant that answered.</param>
    /// <param name="requestId">The request's identifier.</param>
    /// <param name="began">When it began, as the clock's timestamp.</param>
    /// <param name="result">How its last attempt ended.</param>
    /// <param name="reason">The kind of the problem that is the answer; null for any other answer.</param>
    internal void Answered(
        HttpContext context, VariantRoute route, string requestId, long began, in AttemptResult result, string? reason)
    {
        var status = result.Result switch
        {
            // For the metrics; the client is gone and sees no answer.
            ForwardResult.ClientLeft => StatusCodes.Status499ClientClosedRequest,
            ForwardResult.CutShort => StatusCodes.Status502BadGateway,
            _ => context.Response.StatusCode,
        };
        reason = result.Result == ForwardResult.CutShort ? "cut-short" : reason;
        metrics.Answered(route.Tags, status, time.GetElapsedTime(began), reason);
        if (!result.WasObserved)
            attempts?.Add(requestId, began, status, reason, TraceOf(context.Request));
    }

    /// <summary>Whether the access log has the request's attempts, even if they don't fail.</summary>
    internal bool IsSampled(Ulid request) => attempts?.IsSampled(request) == true;

    /// <summary>The router failed.</summary>
    internal void Failed(string requestId, Exception failure) => RequestLog.Failed(logger, requestId, failure);

    /// <summary>The trace of a request: that of its span, or else that which its caller names; null for none.</summary>
    internal static string? TraceOf(HttpRequest request) =>
        Activity.Current is { } span ? span.Id : request.Headers.TraceParent is [{ } one] ? one : null;
}
