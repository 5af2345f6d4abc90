namespace ModelServing.OpenInference.Errors;

/// <summary>What the status of an answer means.</summary>
internal static class StatusFaults
{
    internal static CallFault FaultOf(int status) => status switch
    {
        401 => CallFault.Unauthenticated,
        403 => CallFault.Forbidden,
        404 => CallFault.NotFound,
        408 or 504 => CallFault.DeadlineExceeded,
        429 => CallFault.TooManyRequests,
        502 or 503 => CallFault.Unavailable,
        >= 400 and < 500 => CallFault.InvalidRequest,
        >= 500 => CallFault.ServerFailed,
        // A redirection, or a success that the protocol does not have.
        _ => CallFault.MalformedAnswer,
    };
}
