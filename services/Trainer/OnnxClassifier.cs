using Google.Protobuf;
using ModelServing.Registry.Onnx;
using ModelServing.Sample;

namespace ModelServing.Trainer;

/// <summary>
/// Builds the ONNX model around a classifier of the domain <c>ai.onnx.ml</c> (https://onnx.ai/onnx/operators/index.html): one node between
/// the input and the outputs that <see cref="SampleArtifacts"/> names, which are all plain tensors.
/// </summary>
internal static class OnnxClassifier
{
    private const string Domain = "ai.onnx.ml";
    private const string Batch = "batch";

    /// <summary>A classifier's node, without attributes.</summary>
    internal static NodeProto Node(string operatorName) => new()
    {
        OpType = operatorName,
        Domain = Domain,
        Name = "classifier",
        Input = { SampleArtifacts.InputName },
        Output = { SampleArtifacts.LabelName, SampleArtifacts.ProbabilitiesName },
    };

    /// <summary>The model with one node. IR version 8 and the operator sets are those of ONNX 1.12, which all current runtimes
    /// support.</summary>
    internal static ModelProto Model(NodeProto node) => new()
    {
        IrVersion = 8,
        ProducerName = "ModelServing.Trainer",
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 }, new OperatorSetIdProto { Domain = Domain, Version = 3 } },
        Graph = new GraphProto
        {
            Name = SampleArtifacts.ModelName,
            DocString = "features: " + string.Join(", ", SampleFeatures.Columns),
            Node = { node },
            Input = { Tensor(SampleArtifacts.InputName, TensorProto.Types.DataType.Float, SampleFeatures.ColumnCount) },
            Output =
            {
                Tensor(SampleArtifacts.LabelName, TensorProto.Types.DataType.Int64),
                Tensor(SampleArtifacts.ProbabilitiesName, TensorProto.Types.DataType.Float, 2),
            },
        },
    };

    internal static AttributeProto Floats(string name, IEnumerable<float> values) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Floats, Floats = { values } };

    internal static AttributeProto Ints(string name, IEnumerable<long> values) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    internal static AttributeProto Texts(string name, IEnumerable<string> values) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Strings, Strings = { values.Select(ByteString.CopyFromUtf8) } };

    internal static AttributeProto Text(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    private static ValueInfoProto Tensor(string name, TensorProto.Types.DataType type, params ReadOnlySpan<int> width)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = Batch } } };
        foreach (var size in width)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = size });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }
}
