namespace ModelServing.Router.Forwarding;

/// <summary>How forwarding ended.</summary>
internal enum ForwardResult
{
    /// <summary>The answer was written to the client's connection.</summary>
    Answered,

    /// <summary>The answer is a failure of the version. It is held back, because the request is retried on stable.</summary>
    HeldBack,

    /// <summary>No endpoint accepted a connection; nothing was sent.</summary>
    NoReadyEndpoint,

    /// <summary>The connection was lost after the request was sent, before the answer was complete.</summary>
    ConnectionLost,

    /// <summary>The answer is not valid HTTP/1.1.</summary>
    BadAnswer,

    /// <summary>The deadline, or the attempt limit, passed while the version had the request.</summary>
    Deadline,

    /// <summary>The deadline passed while the client was still sending its body.</summary>
    BodyLate,

    /// <summary>The client left.</summary>
    ClientLeft,

    /// <summary>The answer broke after it had begun. The client's connection was cut, so that the answer does not look complete.</summary>
    CutShort,
}
