using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>The one retry of a request. It is decided at the moment of the failure.</summary>
/// <param name="model">The model, whose budget all its retries share.</param>
/// <param name="failed">The variant of the first attempt.</param>
/// <param name="deadline">The caller's deadline, as the clock's timestamp.</param>
/// <param name="metrics">Counts retries, and retries that the budget refuses.</param>
/// <param name="time">The clock.</param>
/// <param name="isElsewhere">Whether the function TrafficSplitter makes the retry, so that it is never taken here.</param>
internal sealed class Retry(
    ModelRoute model, VariantRoute failed, long deadline, RouterMetrics metrics, TimeProvider time, bool isElsewhere = false)
{
    /// <summary>Takes the retry; false if the deadline has passed or the budget is empty.</summary>
    internal bool Take(RetryReason reason)
    {
        if (isElsewhere || time.GetTimestamp() >= deadline)
            return false;
        if (reason != RetryReason.Unreachable && !model.Budget.TryTake())
        {
            metrics.RetryRefused(failed.Tags, reason);
            return false;
        }

        metrics.Retried(failed.Tags, reason);
        return true;
    }
}
