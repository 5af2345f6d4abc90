namespace ModelServing.Router.Endpoints;

/// <summary>Whether an endpoint gets requests.</summary>
internal enum EndpointState
{
    /// <summary>It gets requests.</summary>
    Ready,

    /// <summary>It failed too often in a row: it gets none until its time is over and it says that it is ready.</summary>
    Ejected,

    /// <summary>It took no connection: it gets none until it says that it is ready.</summary>
    Unreachable,
}
