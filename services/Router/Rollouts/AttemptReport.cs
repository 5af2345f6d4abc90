using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Rollouts;

/// <summary>Counts first attempts, and passes those that are evidence about a version on to the guard.</summary>
/// <remarks>A failure of stable is evidence at once. A failure of another variant, or a slow answer, is evidence only if stable answers the
/// same request well, so it waits for the attempt on stable.</remarks>
internal sealed class AttemptReport(RouterMetrics metrics, FailureQueue? guard = null)
{
    /// <summary>Reports an attempt. Ignores pinned requests and attempts that the client ended.</summary>
    internal void Add(Attempt attempt, in AttemptResult result)
    {
        if (attempt.First is { } first)
        {
            Compare(first, attempt, result);
            return;
        }

        if (guard is not null && WasCutOff(attempt, result))
            guard.CutOff(attempt, isLost: result.Cause == ForwardResult.ConnectionLost);
        if (guard is not null && IsGoodOfStable(attempt, result))
            guard.StableAnswered(attempt, result);
        if (!attempt.IsReported)
            return;
        var (counted, outcome) = Judge(attempt, result);
        if (counted is null)
            return;
        metrics.Attempted(counted);
        if (attempt.IsSplit)
        {
            // The function counts its requests and their failures. It can't tell what is slow.
            FailureQueue.CountKey(attempt);
            if (attempt.Route.IsStable && outcome == CallOutcome.Succeeded)
                guard?.Add(attempt, result, CallOutcome.Succeeded);
            return;
        }

        if (guard is not null)
            FailureQueue.Requested(attempt);
        if (outcome is { } evidence && (evidence == CallOutcome.Succeeded || attempt.Route.IsStable))
            guard?.Add(attempt, result, evidence);
    }

    private void Compare(FirstFailure first, Attempt stable, in AttemptResult result)
    {
        var (failed, failure) = (first.Attempt, first.Result);
        if (failure.IsRefusal)
            metrics.FailureNotCounted("refused");
        if (first.IsExcused)
            return;
        var isGood = Judge(stable with { Limit = failed.Limit }, result).Outcome == CallOutcome.Succeeded
            && guard?.IsSlow(failed, result) != true;
        if (!isGood)
        {
            metrics.FailureNotCounted("stable-failed");
            return;
        }

        var outcome = Judge(failed, failure).Outcome switch
        {
            CallOutcome.Succeeded => CallOutcome.Slow,
            { } evidence => evidence,
            // The variant blames the request, but stable has answered it.
            null when failure.Status >= StatusCodes.Status400BadRequest => CallOutcome.Error,
            null => (CallOutcome?)null,
        };
        if (outcome is { } kind)
            guard?.Add(failed, failure, kind);
    }

    private static bool IsGoodOfStable(Attempt attempt, in AttemptResult result) =>
        attempt is { Route.IsStable: true, Action: ModelAction.Infer }
        && result is { Result: ForwardResult.Answered, Status: < StatusCodes.Status400BadRequest };

    // A call that goes on after that may hold up the version's process. Each request can do it, a pinned one too.
    private static bool WasCutOff(Attempt attempt, in AttemptResult result) =>
        result.Cause is ForwardResult.Deadline or ForwardResult.ClientLeft
        || (result.Cause == ForwardResult.ConnectionLost && attempt.Route.Variant == VariantPlan.Pinned);

    /// <summary>Judges an attempt: the metric in which it counts, null if the client ended it, and the evidence that it is.</summary>
    internal static (KeyValuePair<string, object?>[]? Counted, CallOutcome? Outcome) Judge(Attempt attempt, in AttemptResult result)
    {
        var tags = attempt.Route.Tags;
        if (attempt.IsShortened && result.HasMissedDeadline)
            return (tags.ClientError, null);
        var isLate = attempt.Limit > 0 && result.Elapsed >= attempt.Limit;
        return result.Cause switch
        {
            ForwardResult.Answered or ForwardResult.HeldBack => result.Status switch
            {
                >= StatusCodes.Status500InternalServerError when result.IsBusy => (tags.Error, null),
                >= StatusCodes.Status500InternalServerError => (tags.Error, CallOutcome.Error),
                >= StatusCodes.Status400BadRequest => (tags.ClientError, null),
                _ when isLate && attempt.IsShortened => (tags.Success, null),
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
}
