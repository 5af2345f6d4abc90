using ModelServing.Contracts;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Rollouts;

/// <summary>Counts the first attempts of each variant, for people who compare a canary with stable.</summary>
internal sealed class VariantReport(TimeProvider time)
{
    /// <summary>Counts an attempt. Leaves out what the rollout did not assign, and what the caller ended.</summary>
    internal void Add(Attempt attempt, in AttemptResult result)
    {
        var route = attempt.Route;
        // With variants beside stable, a request of a tester who names one of them is not reported.
        var isAssigned = attempt.IsReported || attempt.Model.AttemptLimit is null;
        if (attempt.First is not null || attempt.Action != ModelAction.Infer || route.Variant == VariantPlan.Pinned || !isAssigned)
            return;
        var counted = AttemptReport.Judge(attempt, result).Counted;
        if (counted is null)
            return;
        var tags = route.Tags;
        var kind = counted == tags.Success ? AttemptKind.Answered
            : counted == tags.ClientError ? AttemptKind.Refused
            : AttemptKind.Failed;
        route.Recent.Add(
            kind,
            result.Endpoint is null ? null : time.GetElapsedTime(0, result.Elapsed),
            time.GetElapsedTime(0, result.Ended == 0 ? time.GetTimestamp() : result.Ended));
    }
}
