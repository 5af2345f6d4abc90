namespace ModelServing.Router.Forwarding;

/// <summary>How forwarding ended.</summary>
internal enum ForwardResult
{
    /// <summary>The answer was handed to the client's connection.</summary>
    Answered,

    /// <summary>The answer was a failure of the version and is held back, because stable is asked instead.</summary>
    HeldBack,

    /// <summary>No endpoint took a connection; nothing was sent.</summary>
    NoReadyEndpoint,

    /// <summary>The connection was lost after the request was sent, before an answer came whole.</summary>
    ConnectionLost,

    /// <summary>What came back is no HTTP/1.1.</summary>
    BadAnswer,

    /// <summary>The deadline, or the attempt limit, passed while the version had the request.</summary>
    Deadline,

    /// <summary>The deadline passed while the client still sent its body.</summary>
    BodyLate,

    /// <summary>The client left.</summary>
    ClientLeft,

    /// <summary>The answer had begun when it broke: the client's connection was cut, so that it can't be taken for whole.</summary>
    CutShort,
}
