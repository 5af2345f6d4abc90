using Microsoft.AspNetCore.Http;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Observing;

/// <summary>Turns how a first attempt ended into what it says of its variant, counts it, and hands it on.</summary>
internal sealed class AttemptReport(RouterMetrics metrics, TimeProvider time, IAttemptObserver? observer = null)
{
    /// <summary>Reports an attempt, if it is a first one; what the client ended is none.</summary>
    internal void Add(in Attempt attempt, in AttemptResult result)
    {
        if (!attempt.IsReported)
            return;
        var passedLimit = attempt.Limit > 0 && result.Elapsed >= attempt.Limit;
        if (OutcomeOf(result, passedLimit) is not { } outcome)
            return;
        metrics.Attempted(attempt.Route.Tags, outcome, result.IsNonFinite);
        observer?.Observe(new FirstAttempt
        {
            Model = attempt.Model,
            Variant = attempt.Route,
            Endpoint = result.Endpoint,
            Outcome = outcome,
            IsNonFinite = result.IsNonFinite,
            PassedLimit = passedLimit,
            Elapsed = time.GetElapsedTime(0, result.Elapsed),
            KeyHash = attempt.KeyHash,
        });
    }

    private static AttemptOutcome? OutcomeOf(in AttemptResult result, bool passedLimit) => result.Cause switch
    {
        ForwardResult.Answered or ForwardResult.HeldBack => result.Status switch
        {
            >= StatusCodes.Status500InternalServerError => AttemptOutcome.Error,
            >= StatusCodes.Status400BadRequest => AttemptOutcome.ClientError,
            _ => passedLimit ? AttemptOutcome.Error : AttemptOutcome.Success,
        },
        ForwardResult.BadAnswer or ForwardResult.Deadline => AttemptOutcome.Error,
        ForwardResult.ConnectionLost => AttemptOutcome.ConnectionLost,
        ForwardResult.NoReadyEndpoint => AttemptOutcome.Unreachable,
        _ => null,
    };
}
