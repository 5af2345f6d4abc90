using System.Diagnostics.Metrics;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Outcomes;

/// <summary>Counts outcomes, and posts that failed.</summary>
internal sealed class OutcomeMetrics(RouterMetrics metrics)
{
    private readonly Counter<long> stored = metrics.Meter.CreateCounter<long>(
        MetricNames.RouterOutcomes, "{outcome}", "Outcomes that clients posted and that are stored.");

    private readonly Counter<long> failed = metrics.Meter.CreateCounter<long>(
        MetricNames.RouterFailedOutcomePosts, "{request}", "Posts of outcomes that were answered with a status of 500 or above.");

    internal void Stored(int outcomes) => stored.Add(outcomes);

    internal void Failed(Problem problem) => failed.Add(1, new KeyValuePair<string, object?>(MetricNames.Reason, problem.Reason));

    internal void Refused(Problem problem) => metrics.Refused(problem);
}
