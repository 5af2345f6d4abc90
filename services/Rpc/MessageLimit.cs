namespace ModelServing.Rpc;

/// <summary>The most bytes of a message with tensors.</summary>
internal sealed record MessageLimit(long Bytes);
