namespace ModelServing.Router.Endpoints;

/// <summary>Whether an endpoint gets requests.</summary>
internal enum EndpointState
{
    /// <summary>It gets requests.</summary>
    Ready,

    /// <summary>It failed too often in a row. It gets no requests until its ejection is over and it reports that it is ready.</summary>
    Ejected,

    /// <summary>It accepted no connection. It gets no requests until it reports that it is ready.</summary>
    Unreachable,
}
