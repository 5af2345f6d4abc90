using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>Why stable is asked instead of another variant.</summary>
internal enum RetryReason
{
    /// <summary>It answered with a status of 500 or above.</summary>
    Error,

    /// <summary>The connection was lost after the request was sent.</summary>
    ConnectionLost,

    /// <summary>What came back is no HTTP/1.1.</summary>
    BadAnswer,

    /// <summary>It gave no answer within the attempt limit.</summary>
    Late,

    /// <summary>No endpoint took a connection. It has seen nothing of the request, so this retry is free.</summary>
    Unreachable,
}

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
