using Microsoft.AspNetCore.Http;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Rollouts;

/// <summary>Counts first attempts, and passes those that are evidence about a version on to the guard.</summary>
internal sealed class AttemptReport(RouterMetrics metrics, FailureQueue? guard = null)
{
    /// <summary>Reports an attempt. Ignores retries, pinned requests, and attempts that the client ended.</summary>
    internal void Add(in Attempt attempt, in AttemptResult result)
    {
        if (!attempt.IsReported)
            return;
        var (counted, outcome) = Judge(result, attempt.Route.Tags, isLate: attempt.Limit > 0 && result.Elapsed >= attempt.Limit);
        if (counted is null)
            return;
        metrics.Attempted(counted);
        if (outcome is { } evidence)
            guard?.Add(attempt, result, evidence);
    }

    private static (KeyValuePair<string, object?>[]? Counted, CallOutcome? Outcome) Judge(
        in AttemptResult result, VariantTags tags, bool isLate) =>
        result.Cause switch
        {
            ForwardResult.Answered or ForwardResult.HeldBack => result.Status switch
            {
                >= StatusCodes.Status500InternalServerError => (tags.Error, CallOutcome.Error),
                >= StatusCodes.Status400BadRequest => (tags.ClientError, null),
                _ when isLate => (tags.Error, CallOutcome.Error),
                _ when result.IsNonFinite => (tags.NonFinite, CallOutcome.NonFinite),
                _ => (tags.Success, CallOutcome.Succeeded),
            },
            ForwardResult.BadAnswer or ForwardResult.Deadline => (tags.Error, CallOutcome.Error),
            ForwardResult.ConnectionLost => (tags.ConnectionLost, CallOutcome.Error),
            ForwardResult.NoReadyEndpoint => (tags.Unreachable, null),
            _ => (null, null),
        };
}
