using ModelServing.Registry.Onnx.Reading;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx;

/// <summary>What a caller of a model gives and gets.</summary>
/// <param name="Inputs">The inputs that a caller gives, in the model's order.</param>
/// <param name="Outputs">The outputs, in the model's order.</param>
public sealed record OnnxInterface(IReadOnlyList<TensorInfo> Inputs, IReadOnlyList<TensorInfo> Outputs)
{
    /// <summary>As a person would write it: <c>(x FP32 [-1,15]) -> (y FP32 [-1,1])</c>.</summary>
    public override string ToString() => $"({string.Join(", ", Inputs)}) -> ({string.Join(", ", Outputs)})";

    /// <summary>The interface of a graph; null, and findings, when the protocol can't carry it.</summary>
    internal static OnnxInterface? Read(GraphMessage graph, OnnxContext context)
    {
        var inputs = Tensors([.. graph.Inputs.Where(i => !graph.IsWeight(i.ValueName))], "inputs", context);
        var outputs = Tensors(graph.Outputs, "outputs", context);
        if (graph.Outputs.Count == 0)
            context.Add(FindingCode.Interface, graph, "the model has no output");
        return inputs is not null && outputs is { Count: > 0 } ? new OnnxInterface(inputs, outputs) : null;
    }

    private static List<TensorInfo>? Tensors(IReadOnlyList<ValueMessage> values, string path, OnnxContext context)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var tensors = new List<TensorInfo>(values.Count);
        for (var i = 0; i < values.Count; i++)
        {
            if (FaultOf(values[i], names) is { } fault)
                context.Add(FindingCode.Interface, $"{path}[{i}] '{OnnxMessage.Shown(values[i].ValueName)}'", fault);
            else
                tensors.Add(new TensorInfo(values[i].ValueName, DatatypeOf(values[i].Type!.Tensor!.ElementType)!.Value, [.. values[i].Type!.Tensor!.Shape!.Dimensions.Dimensions]));
        }

        return tensors.Count == values.Count ? tensors : null;
    }

    private static string? FaultOf(ValueMessage value, HashSet<string> names)
    {
        if (value.ValueName.Length == 0)
            return "it has no name";
        if (!names.Add(value.ValueName))
            return "it has the name of another one";
        if (value.Type?.Tensor is not { } tensor)
            return $"it is a {KindOf(value.Type)}; only tensors can be served (a scikit-learn classifier is exported without ZipMap)";
        if (DatatypeOf(tensor.ElementType) is null)
            return $"it has elements of the type {(TensorProto.Types.DataType)tensor.ElementType}, which the Open Inference Protocol's JSON has no name for";
        return tensor.Shape is null ? "it has no shape; give it one when exporting, with a name for each dimension that may have any length" : null;
    }

    private static string KindOf(TypeMessage? type) => type?.Kind switch
    {
        ValueKind.Sequence => "sequence",
        ValueKind.Map => "map",
        ValueKind.Optional => "optional value",
        ValueKind.SparseTensor => "sparse tensor",
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
