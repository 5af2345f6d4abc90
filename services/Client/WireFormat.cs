namespace ModelServing.OpenInference;

/// <summary>How requests and answers are written.</summary>
public enum WireFormat
{
    /// <summary>REST with all of it in JSON, which every server of the protocol reads.</summary>
    Json,

    /// <summary>REST with tensors as bytes behind the JSON: small, and quick to read. The server must have the protocol's extension
    /// <c>binary_tensor_data</c>.</summary>
    Binary,

    /// <summary>gRPC, with tensors as bytes.</summary>
    Grpc,
}
