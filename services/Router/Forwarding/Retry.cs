using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>The retry that one request may have: decided once, in the moment of the failure.</summary>
/// <param name="model">The model, whose retries have one budget.</param>
/// <param name="failed">The variant that is tried first.</param>
/// <param name="deadline">When the caller's time is over, as the clock's timestamp.</param>
/// <param name="metrics">Counts the retries, and those that the budget forbids.</param>
/// <param name="time">The clock.</param>
internal sealed class Retry(ModelRoute model, VariantRoute failed, long deadline, RouterMetrics metrics, TimeProvider time)
{
    /// <summary>Takes the retry; false when the caller's time is over or the budget is used up.</summary>
    internal bool Take(RetryReason reason)
    {
        if (time.GetTimestamp() >= deadline)
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
