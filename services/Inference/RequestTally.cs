using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Inference.Recording;
using ModelServing.Inference.Reporting;

namespace ModelServing.Inference;

/// <summary>Counts each answered request, once in the metrics and once for ModelMetrics, and logs it. All agree on what it was.</summary>
internal sealed class RequestTally(
    InferenceMetrics metrics, TimeProvider time, RequestRecorder recorder, AttemptLog? attempts = null)
{
    /// <param name="context">The request.</param>
    /// <param name="hasLeft">Whether the caller left before its answer.</param>
    /// <param name="isNonFinite">Whether the answer contains NaN or infinity, and the request does not.</param>
    /// <param name="requestTime">The time that it had.</param>
    /// <param name="times">When its parts ended.</param>
    internal void Answered(HttpContext context, bool hasLeft, bool isNonFinite, in RequestTime requestTime, AnswerTimes times)
    {
        var status = context.Response.StatusCode;
        // What failed before the caller left is still a failure.
        if (status < StatusCodes.Status500InternalServerError && (hasLeft || context.RequestAborted.IsCancellationRequested))
            status = StatusCodes.Status499ClientClosedRequest;
        var elapsed = time.GetElapsedTime(requestTime.Began);
        metrics.Answered(status, elapsed);
        if (status != StatusCodes.Status200OK)
            metrics.Statistics.Failed(elapsed);
        if (times.Waited is { } waited)
            metrics.Waited(waited);
        var isShortened = requestTime.IsShortenedBy(times.BodyEnd, time);
        var isExcused = (status == StatusCodes.Status504GatewayTimeout && isShortened)
            || context.Response.Headers[HeaderNames.ModelOutcome] == HeaderNames.Busy;
        recorder.Answered(
            context.Request.Headers,
            status,
            isNonFinite,
            new AnswerTime(elapsed, times.OfVersion, isShortened),
            isExcused);
        attempts?.Add(context, status, isNonFinite, times);
        if (Activity.Current is { } span)
            times.AddTo(span);
    }
}
