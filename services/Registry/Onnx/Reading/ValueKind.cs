namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The kinds of values that ONNX has, by their fields in TypeProto.</summary>
internal enum ValueKind
{
    Unknown = 0,
    Tensor = 1,
    Sequence = 4,
    Map = 5,
    SparseTensor = 8,
    Optional = 9,
}
