namespace ModelServing.Router.Observing;

/// <summary>What a first attempt says of its variant.</summary>
internal enum AttemptOutcome
{
    /// <summary>An answer below 400, in time.</summary>
    Success,

    /// <summary>An answer from 400 to 499: the client's fault and never the variant's.</summary>
    ClientError,

    /// <summary>An answer of 500 or above, no HTTP, none in time, or a success that came after the attempt limit.</summary>
    Error,

    /// <summary>The connection was lost after the request was sent. Those of one endpoint in one moment are one failure.</summary>
    ConnectionLost,

    /// <summary>No endpoint took a connection: no evidence.</summary>
    Unreachable,
}
