namespace ModelServing.Registry.Onnx;

/// <summary>The element types of ONNX and the data types of the Open Inference Protocol.</summary>
public static class OnnxElements
{
    /// <summary>The element type of a data type.</summary>
    public static TensorProto.Types.DataType TypeOf(Datatype datatype) =>
        Enum.GetValues<TensorProto.Types.DataType>().First(type => DatatypeOf((int)type) == datatype);

    /// <summary>The data type of an element type; null if the protocol has none for it.</summary>
    internal static Datatype? DatatypeOf(int elementType) => (TensorProto.Types.DataType)elementType switch
    {
        TensorProto.Types.DataType.Bool => Datatype.Bool,
        TensorProto.Types.DataType.Int8 => Datatype.Int8,
        TensorProto.Types.DataType.Int16 => Datatype.Int16,
        TensorProto.Types.DataType.Int32 => Datatype.Int32,
        TensorProto.Types.DataType.Int64 => Datatype.Int64,
        TensorProto.Types.DataType.Uint8 => Datatype.Uint8,
        TensorProto.Types.DataType.Uint16 => Datatype.Uint16,
        TensorProto.Types.DataType.Uint32 => Datatype.Uint32,
        TensorProto.Types.DataType.Uint64 => Datatype.Uint64,
        TensorProto.Types.DataType.Float16 => Datatype.Fp16,
        TensorProto.Types.DataType.Bfloat16 => Datatype.Bf16,
        TensorProto.Types.DataType.Float => Datatype.Fp32,
        TensorProto.Types.DataType.Double => Datatype.Fp64,
        TensorProto.Types.DataType.String => Datatype.Bytes,
        _ => null,
    };
}
