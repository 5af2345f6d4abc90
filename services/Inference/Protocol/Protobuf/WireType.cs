namespace ModelServing.Inference.Protocol.Protobuf;

/// <summary>The form of a field's value on the wire (Protocol Buffers, "Encoding"). The other numbers are those of groups, which no message
/// of the protocol has, and of nothing.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,

    /// <summary>A length and as many bytes.</summary>
    Bytes = 2,

    Fixed32 = 5,
}
