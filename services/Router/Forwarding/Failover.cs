using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>Forwards a request that was assigned to a variant beside stable, and retries it on stable if that variant fails.</summary>
/// <remarks>
/// <code>
/// 1 keep         the body, if there is room for it, until the answer is there
/// 2 attempt      at the variant, cut off at the attempt limit; an answer of 400 or above, or a non-finite one, is held back while the
///                retry is available
/// 3 compare      a good but slow answer: it went to the client, and stable is asked in the background
/// 4 retry        on stable, if the caller's deadline and the budget allow; otherwise the failure is the answer
/// </code>
/// The failure is evidence about the variant only if stable answers the same request well (docs/rollouts.md).
/// Without room, a body is streamed and cannot be sent twice: then only a refused connection in 2 leads to 4, and the answer of a failure
/// says so.
/// </remarks>
internal sealed class Failover(
    Forwarder forwarder, SecondTry secondTry, SlowComparison comparison, RouterMetrics metrics, TimeProvider time)
{
    private const string BodyNotKept = "body-not-kept";

    /// <summary>Forwards the request. The answer's headers name the variant that answered.</summary>
    /// <returns>How the request ended, and at which variant.</returns>
    /// <exception cref="BadHttpRequestException">The client's body is at fault.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<(AttemptResult Result, VariantRoute Route)> ForwardAsync(HttpContext context, Attempt attempt)
    {
        // 1
        if (attempt.Route.Endpoints.Count == 0 && attempt.Model.Stable.Endpoints.Count == 0)
            return (new(ForwardResult.NoReadyEndpoint), attempt.Route);
        ClientBody body;
        try
        {
            body = await ClientBody.ReadAheadAsync(context.Request, attempt.Action, isKept: true, time, attempt.Deadline);
        }
        catch (BodyLateException)
        {
            return (new(ForwardResult.BodyLate), attempt.Route);
        }

        if (body.IsWhole && attempt.IsShortenedAt(time.GetTimestamp(), time))
            attempt = attempt with { IsShortened = true };

        // 2
        var retry = new Retry(attempt.Model, attempt.Route, attempt.Deadline, metrics, time, isElsewhere: attempt.IsSplit);
        AttemptResult first;
        try
        {
            first = await forwarder.ForwardAsync(context, attempt with { Retry = retry }, body);
        }
        catch when (body.IsWhole)
        {
            body.Release();
            throw;
        }

        // 3
        if (body.IsWhole && first.Result == ForwardResult.Answered && comparison.IsSlow(attempt, first))
            comparison.Begin(context.Request, attempt, first, body);

        // 4
        var isAvailable = body.IsWhole || first.Endpoint is null;
        var isRetried = isAvailable && first.Result switch
        {
            ForwardResult.HeldBack => true,
            ForwardResult.NoReadyEndpoint => retry.Take(RetryReason.Unreachable),
            ForwardResult.ConnectionLost => retry.Take(RetryReason.ConnectionLost),
            ForwardResult.BadAnswer => retry.Take(RetryReason.BadAnswer),
            ForwardResult.Deadline => retry.Take(RetryReason.Late),
            _ => false,
        };
        if (!isRetried)
        {
            if (isAvailable)
                body.Release();
            if (isAvailable || !MayHaveFailed(first))
            {
                if (first.IsFailure && !attempt.IsSplit)
                    metrics.FailureNotCounted("not-compared");
                return (first, attempt.Route);
            }

            metrics.FailureNotCounted(BodyNotKept);
            if (!context.Response.HasStarted)
                context.Response.Headers[HeaderNames.ModelFailoverRefused] = BodyNotKept;
            return (first, attempt.Route);
        }

        var stable = attempt.Model.Stable;
        var headers = context.Response.Headers;
        headers[HeaderNames.ModelVersion] = stable.VersionText;
        headers[HeaderNames.ModelVariant] = stable.Variant;
        headers[HeaderNames.ModelFailover] = attempt.Route.Variant;
        var compared = attempt with { Route = stable, IsReported = false, First = new FirstFailure(attempt, first) };
        return (await secondTry.ForwardAsync(context, compared, body), stable);
    }

    /// <summary>Takes a retry that the function TrafficSplitter makes; false if the budget is empty.</summary>
    /// <param name="model">The model, whose budget it is.</param>
    /// <param name="failed">The failed attempt.</param>
    internal bool Take(ModelRoute model, Comparison failed) =>
        new Retry(model, model.VariantNamed(failed.Variant) ?? model.Stable, long.MaxValue, metrics, time).Take(failed.Kind switch
        {
            Comparison.Unreachable => RetryReason.Unreachable,
            HeaderNames.NonFinite => RetryReason.NonFinite,
            _ => RetryReason.Error,
        });

    private static bool MayHaveFailed(in AttemptResult first) =>
        first.IsFailure || (first.Cause == ForwardResult.Answered && first.Status >= StatusCodes.Status400BadRequest);
}
