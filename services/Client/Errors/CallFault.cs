namespace ModelServing.OpenInference.Errors;

/// <summary>Why a call has no answer, whatever the transport is.</summary>
public enum CallFault
{
    /// <summary>The request is wrong, or too large (HTTP 400, 405, 413, 415, 422).</summary>
    InvalidRequest,

    /// <summary>The server wants another credential (HTTP 401).</summary>
    Unauthenticated,

    /// <summary>The client may not do this (HTTP 403).</summary>
    Forbidden,

    /// <summary>There is no such model, version or path (HTTP 404).</summary>
    NotFound,

    /// <summary>The client sends more than it may (HTTP 429).</summary>
    TooManyRequests,

    /// <summary>The server can't answer now (HTTP 502, 503).</summary>
    Unavailable,

    /// <summary>The time was over, here or at the server (HTTP 408, 504).</summary>
    DeadlineExceeded,

    /// <summary>The model or the server failed.</summary>
    ServerFailed,

    /// <summary>There was no connection, so the server has seen nothing of the request.</summary>
    Unreachable,

    /// <summary>The connection broke. The server may have seen the request.</summary>
    ConnectionLost,

    /// <summary>What arrived is not an answer of the protocol.</summary>
    MalformedAnswer,
}
