namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The result of reading a variable-length number.</summary>
internal enum VarintStatus
{
    Complete,

    /// <summary>The number continues in the next chunk.</summary>
    Incomplete,

    /// <summary>The number continues past the end of the message around it.</summary>
    PastEnd,

    /// <summary>The number has more than 64 bits.</summary>
    TooLarge,
}
