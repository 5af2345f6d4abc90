namespace ModelServing.Router.Metrics;

/// <summary>Why a request is retried on stable.</summary>
internal enum RetryReason
{
    /// <summary>The variant answered with a status of 500 or above.</summary>
    Error,

    /// <summary>The connection was lost after the request was sent.</summary>
    ConnectionLost,

    /// <summary>The answer is not valid HTTP/1.1.</summary>
    BadAnswer,

    /// <summary>The variant did not answer within the attempt limit.</summary>
    Late,

    /// <summary>No endpoint accepted a connection. The variant has seen nothing of the request, so this retry is free.</summary>
    Unreachable,
}
