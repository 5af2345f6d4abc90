namespace ModelServing.Router.Metrics;

/// <summary>Why a request is retried on stable.</summary>
internal enum RetryReason
{
    /// <summary>The variant answered with a status of 500 or above.</summary>
    Error,

    /// <summary>The variant answered with a status from 400 to 499. If stable does too, the request is at fault.</summary>
    ClientError,

    /// <summary>An output of the variant holds NaN or infinity, and no input does.</summary>
    NonFinite,

    /// <summary>The connection was lost after the request was sent.</summary>
    ConnectionLost,

    /// <summary>The answer is not valid HTTP/1.1.</summary>
    BadAnswer,

    /// <summary>The variant did not answer within the attempt limit.</summary>
    Late,

    /// <summary>The variant answered well, but slowly. Stable is asked in the background, and only to compare the two.</summary>
    Slow,

    /// <summary>No endpoint accepted a connection. The variant has seen nothing of the request, so this retry is free.</summary>
    Unreachable,
}
