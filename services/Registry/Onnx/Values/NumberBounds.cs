namespace ModelServing.Registry.Onnx.Values;

/// <summary>What is known about every element of a value of integers.</summary>
[Flags]
internal enum NumberBounds
{
    None = 0,
    NotMinusOne = 1,
    NotLowest = 2,
    AtLeastZero = 4 | NotMinusOne | NotLowest,

    /// <summary>It can be cast to 32 bits and keeps its value.</summary>
    Fits32Bits = 8,

    /// <summary>It is not 1. The runtime turns 1 / x * y into y / x.</summary>
    NotOne = 16,

    All = AtLeastZero | Fits32Bits | NotOne,
}
