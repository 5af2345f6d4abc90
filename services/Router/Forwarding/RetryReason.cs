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
