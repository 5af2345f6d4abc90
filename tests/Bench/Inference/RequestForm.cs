namespace ModelServing.Bench.Inference;

/// <summary>How the bench sends rows.</summary>
internal enum RequestForm
{
    Json,

    /// <summary>As bytes behind a short JSON, with bytes in the answer.</summary>
    Bytes,

    /// <summary>As bytes in a message of Protocol Buffers, as the router forwards a call by gRPC.</summary>
    Message,
}
