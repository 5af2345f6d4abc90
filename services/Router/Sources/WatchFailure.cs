namespace ModelServing.Router.Sources;

/// <summary>The object can't be read or watched now.</summary>
/// <param name="reason">The kind of failure, as in metrics: a status, <c>connection</c>, <c>silence</c>, <c>late</c>, <c>answer</c>,
/// <c>ended</c> or <c>access</c>.</param>
/// <param name="message">A description for the log.</param>
internal sealed class WatchFailure(string reason, string message) : Exception(message)
{
    internal string Reason => reason;
}
