namespace ModelServing.Router.Sources;

/// <summary>The object can't be read or watched now.</summary>
/// <param name="reason">What kind of failure, as metrics have it: a status, <c>connection</c>, <c>silence</c>, <c>late</c>, <c>answer</c>, <c>ended</c> or <c>access</c>.</param>
/// <param name="message">What happened.</param>
internal sealed class WatchFailure(string reason, string message) : Exception(message)
{
    internal string Reason => reason;
}
