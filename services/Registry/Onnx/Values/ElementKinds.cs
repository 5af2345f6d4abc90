namespace ModelServing.Registry.Onnx.Values;

/// <summary>The element types that a value may have, as far as the division of integers is concerned.</summary>
[Flags]
internal enum ElementKinds
{
    None = 0,
    Int32 = 1,
    Int64 = 2,

    /// <summary>Floating-point, unsigned and short numbers, and everything that is not a number. Dividing them harms nothing.</summary>
    Other = 4,

    /// <summary>Perhaps another type, which can't be inferred.</summary>
    Unknown = 8,
}
