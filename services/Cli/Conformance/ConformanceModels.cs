using Google.Protobuf;
using ModelServing.Registry;
using ModelServing.Registry.Onnx;

namespace ModelServing.Cli.Conformance;

/// <summary>The small models that the checks ask, made here so that any server can serve them.</summary>
internal static class ConformanceModels
{
    /// <summary>OUTPUT0 and OUTPUT1, INT32 [-1,16], are the sum and the difference of INPUT0 and INPUT1: the model of the protocol's sample
    /// clients.</summary>
    internal const string Simple = "simple";

    /// <summary>For each data type, an output that equals an input, both of shape [-1].</summary>
    internal const string Types = "conformance-types";

    /// <summary>As <see cref="Types"/>, without the types of 16-bit numbers, which a message has only as bytes.</summary>
    internal const string Typed = "conformance-typed";

    /// <summary>The output OUTPUT, BYTES [-1], equals the input INPUT.</summary>
    internal const string Text = "conformance-text";

    /// <summary>The output OUTPUT, FP32 [-1], equals the input INPUT.</summary>
    internal const string Numbers = "conformance-fp32";

    private const int IrVersion = 8;
    private const int Opset = 17;

    /// <summary>The names of all models.</summary>
    internal static IReadOnlyList<string> Names { get; } = [Simple, Types, Typed, Text, Numbers];

    /// <summary>The name of the input of a data type in <see cref="Types"/>.</summary>
    internal static string InputOf(string datatype) => "INPUT_" + datatype;

    /// <summary>The name of the output of a data type in <see cref="Types"/>.</summary>
    internal static string OutputOf(string datatype) => "OUTPUT_" + datatype;

    /// <summary>Makes a model's file.</summary>
    internal static byte[] Make(string name)
    {
        var graph = new GraphProto { Name = name };
        switch (name)
        {
            case Simple:
                foreach (var input in (string[])["INPUT0", "INPUT1"])
                    graph.Input.Add(Value(input, Datatype.Int32, 16));
                foreach (var (output, operation) in ((string, string)[])[("OUTPUT0", "Add"), ("OUTPUT1", "Sub")])
                {
                    graph.Output.Add(Value(output, Datatype.Int32, 16));
                    graph.Node.Add(new NodeProto { OpType = operation, Input = { "INPUT0", "INPUT1" }, Output = { output } });
                }

                break;
            case Types or Typed:
                foreach (var datatype in Enum.GetValues<Datatype>())
                {
                    if (name == Typed && datatype is (Datatype.Fp16 or Datatype.Bf16))
                        continue;
                    var text = DatatypeNames.NameOf(datatype);
                    AddIdentity(graph, datatype, InputOf(text), OutputOf(text));
                }

                break;
            default:
                AddIdentity(graph, name == Text ? Datatype.Bytes : Datatype.Fp32, "INPUT", "OUTPUT");
                break;
        }

        return new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "modelserving",
            OpsetImport = { new OperatorSetIdProto { Version = Opset } },
            Graph = graph,
        }.ToByteArray();
    }

    private static void AddIdentity(GraphProto graph, Datatype datatype, string input, string output)
    {
        graph.Input.Add(Value(input, datatype));
        graph.Output.Add(Value(output, datatype));
        graph.Node.Add(new NodeProto { OpType = "Identity", Input = { input }, Output = { output } });
    }

    // The first dimension is free.
    private static ValueInfoProto Value(string name, Datatype datatype, params long[] lengths)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "n" } } };
        shape.Dim.Add(lengths.Select(static length => new TensorShapeProto.Types.Dimension { DimValue = length }));
        var type = new TypeProto.Types.Tensor { ElemType = (int)OnnxElements.TypeOf(datatype), Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = type } };
    }
}
