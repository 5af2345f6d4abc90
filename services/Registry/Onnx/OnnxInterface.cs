using Google.Protobuf;

namespace ModelServing.Registry.Onnx;

/// <summary>What stands in an ONNX file, read without running it.</summary>
/// <param name="Inputs">The inputs that a caller gives, in the model's order.</param>
/// <param name="Outputs">The outputs, in the model's order.</param>
public sealed record OnnxInterface(IReadOnlyList<TensorInfo> Inputs, IReadOnlyList<TensorInfo> Outputs)
{
    /// <summary>Reads the inputs and outputs of the model in <paramref name="file"/>.</summary>
    /// <exception cref="OnnxFormatException">It is no ONNX model, or one that can't be served.</exception>
    public static OnnxInterface Read(ReadOnlySpan<byte> file)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(file);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new OnnxFormatException("it is no ONNX model: " + e.Message, e);
        }

        // Almost any bytes are some protobuf message; these three stand in every model.
        if (model.IrVersion <= 0 || model.Graph is null || model.OpsetImport.Count == 0)
            throw new OnnxFormatException("it is no ONNX model: it has no IR version, no graph or no operator set");
        // Before IR version 4 every weight was an input too, one that the caller need not give.
        var weights = model.Graph.Initializer.Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        var inputs = model.Graph.Input.Where(i => !weights.Contains(i.Name)).ToList();
        if (model.Graph.Output.Count == 0)
            throw new OnnxFormatException("the model has no output");
        return new OnnxInterface(Tensors(inputs, "inputs"), Tensors(model.Graph.Output, "outputs"));
    }

    private static List<TensorInfo> Tensors(IReadOnlyList<ValueInfoProto> values, string path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var tensors = new List<TensorInfo>(values.Count);
        for (var i = 0; i < values.Count; i++)
        {
            var (name, type) = (values[i].Name, values[i].Type);
            var place = $"{path}[{i}] '{name}'";
            if (name.Length == 0 || !names.Add(name))
                throw new OnnxFormatException($"{place} has {(name.Length == 0 ? "no name" : "the name of another one")}");
            if (type?.ValueCase != TypeProto.ValueOneofCase.TensorType)
                throw new OnnxFormatException($"{place} is a {Kind(type)}; only tensors can be served (a scikit-learn classifier is exported without ZipMap)");
            if (DatatypeOf(type.TensorType.ElemType) is not { } datatype)
                throw new OnnxFormatException($"{place} has elements of the type {(TensorProto.Types.DataType)type.TensorType.ElemType}, which the Open Inference Protocol's JSON has no name for");
            if (type.TensorType.Shape is null)
                throw new OnnxFormatException($"{place} has no shape; give it one when exporting, with a name for each dimension that may have any length");
            tensors.Add(new TensorInfo(name, datatype, [.. type.TensorType.Shape.Dim.Select(LengthOf)]));
        }

        return tensors;
    }

    private static long LengthOf(TensorShapeProto.Types.Dimension dimension) =>
        dimension.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && dimension.DimValue >= 0 ? dimension.DimValue : -1;

    private static string Kind(TypeProto? type) => type?.ValueCase switch
    {
        TypeProto.ValueOneofCase.SequenceType => "sequence",
        TypeProto.ValueOneofCase.MapType => "map",
        TypeProto.ValueOneofCase.OptionalType => "optional value",
        TypeProto.ValueOneofCase.SparseTensorType => "sparse tensor",
        _ => "value of no known type",
    };

    private static Datatype? DatatypeOf(int elementType) => (TensorProto.Types.DataType)elementType switch
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
        TensorProto.Types.DataType.Float => Datatype.Fp32,
        TensorProto.Types.DataType.Double => Datatype.Fp64,
        TensorProto.Types.DataType.String => Datatype.Bytes,
        _ => null,
    };
}
