namespace ModelServing.Registry.Onnx.Reading;

/// <summary>ONNX's kinds of values, numbered by their fields in TypeProto.</summary>
internal enum ValueKind
{
    Unknown = 0,
    Tensor = 1,
    Sequence = 4,
    Map = 5,
    SparseTensor = 8,
    Optional = 9,
}
