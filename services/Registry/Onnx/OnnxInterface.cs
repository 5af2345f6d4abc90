using ModelServing.Registry.Onnx.Reading;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx;

/// <summary>The inputs and outputs of a model, as its callers see them.</summary>
/// <param name="Inputs">The inputs that a caller must give, in the model's order.</param>
/// <param name="Outputs">The outputs, in the model's order.</param>
public sealed record OnnxInterface(IReadOnlyList<TensorInfo> Inputs, IReadOnlyList<TensorInfo> Outputs)
{
    /// <summary>A readable form: <c>(x FP32 [-1,15]) -> (y FP32 [-1,1])</c>.</summary>
    public override string ToString() => $"({string.Join(", ", Inputs)}) -> ({string.Join(", ", Outputs)})";

    /// <summary>Reads a graph's interface. If the protocol can't carry it, returns null and adds findings.</summary>
    internal static OnnxInterface? Read(GraphMessage graph, OnnxContext context)
    {
        var inputs = Tensors([.. graph.Inputs.Where(i => !graph.IsInitializer(i.ValueName))], "inputs", context);
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
            var value = values[i];
            if (FaultOf(value, names) is { } fault)
                context.Add(FindingCode.Interface, $"{path}[{i}] '{OnnxMessage.Printable(value.ValueName)}'", fault);
            else
                tensors.Add(ToTensorInfo(value.ValueName, value.Type!.Tensor!));
        }

        return tensors.Count == values.Count ? tensors : null;
    }

    private static TensorInfo ToTensorInfo(string name, TensorTypeMessage tensor) =>
        new(name, OnnxElements.DatatypeOf(tensor.ElementType)!.Value, [.. tensor.Shape!.Dimensions.Dimensions]);

    private static string? FaultOf(ValueMessage value, HashSet<string> names)
    {
        if (value.ValueName.Length == 0)
            return "it has no name";
        if (!names.Add(value.ValueName))
            return "another one has the same name";
        if (value.Type?.Tensor is not { } tensor)
            return $"it is a {KindOf(value.Type)}; only tensors can be served (export a scikit-learn classifier without ZipMap)";
        if (OnnxElements.DatatypeOf(tensor.ElementType) is null)
        {
            var type = (TensorProto.Types.DataType)tensor.ElementType;
            return $"its element type is {type}, for which the Open Inference Protocol's JSON has no name";
        }

        return tensor.Shape is null ? "it has no shape; export it with a shape, and with a name for each dimension of any length" : null;
    }

    private static string KindOf(TypeMessage? type) => type?.Kind switch
    {
        ValueKind.Sequence => "sequence",
        ValueKind.Map => "map",
        ValueKind.Optional => "optional value",
        ValueKind.SparseTensor => "sparse tensor",
        _ => "value of an unknown type",
    };
}
