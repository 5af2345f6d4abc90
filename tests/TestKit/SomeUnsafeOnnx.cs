using Google.Protobuf;
using ModelServing.Registry.Onnx;
using ModelServing.Registry.Safety;
using Attribute = ModelServing.Registry.Onnx.AttributeProto;
using DataType = ModelServing.Registry.Onnx.TensorProto.Types.DataType;

namespace ModelServing.TestKit;

/// <summary>Creates models that must not reach the runtime: at least one for each rule about a file.</summary>
public static class SomeUnsafeOnnx
{
    private const string PasswordFile = "../../../../etc/passwd";

    public static IReadOnlyList<UnsafeOnnx> All { get; } = [
        .. ExternalData(),
        .. UnsafeOperators.All(),
        .. Tensors(),
        .. Interfaces(),
        .. Files(),
        .. Nestings(),
    ];

    /// <summary>An initializer whose data are in a file beside the model, or somewhere in memory.</summary>
    public static TensorProto External(string location = PasswordFile) => new()
    {
        Name = "w",
        DataType = (int)DataType.Float,
        Dims = { 3, 1 },
        DataLocation = TensorProto.Types.DataLocation.External,
        ExternalData = { new StringStringEntryProto
        {
            Key = "location",
            Value = location,
        }, new StringStringEntryProto { Key = "offset", Value = "4096" } },
    };

    /// <summary>A good model with a change.</summary>
    public static byte[] Changed(Action<ModelProto> change)
    {
        var model = ModelProto.Parser.ParseFrom(SomeOnnx.Linear(3, 1));
        change(model);
        return model.ToByteArray();
    }

    private static IEnumerable<UnsafeOnnx> ExternalData()
    {
        const string Code = FindingCode.ExternalData;
        yield return new("an initializer in a file", Code, "graph.initializer[0] 'w'", Changed(m => m.Graph.Initializer[0] = External()));
        yield return new(
            "an initializer in memory",
            Code,
            "graph.initializer[0] 'w'",
            Changed(m => m.Graph.Initializer[0] = External("*/_ORT_MEM_ADDR_/*")));
        yield return new(
            "an initializer with data and a file",
            Code,
            "graph.initializer[0] 'w'",
            Changed(m => m.Graph.Initializer[0].ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "w.bin" })));
        yield return new(
            "an initializer with an unknown data location",
            Code,
            "graph.initializer[0] 'w'",
            Changed(m => m.Graph.Initializer[0].DataLocation = (TensorProto.Types.DataLocation)7));
        var sparse = new SparseTensorProto { Values = External(), Indices = Indices(3), Dims = { 9 } };
        yield return new(
            "a sparse initializer's values",
            Code,
            "graph.sparse_initializer[0].values 'w'",
            Changed(m => m.Graph.SparseInitializer.Add(sparse)));
        yield return new(
            "a sparse initializer's indices",
            Code,
            "graph.sparse_initializer[0].indices 'w'",
            Changed(m => m.Graph.SparseInitializer.Add(new SparseTensorProto { Values = Floats(3), Indices = External(), Dims = { 9 } })));
        foreach (var (attribute, place) in ((Attribute, string)[])[
            (new Attribute { Name = "a", T = External() }, "attribute 'a'.t 'w'"),
            (new Attribute { Name = "a", Tensors = { Floats(1), External() } }, "attribute 'a'.tensors[1] 'w'"),
            (new Attribute { Name = "a", SparseTensor = sparse }, "attribute 'a'.sparse_tensor.values 'w'"),
            (new Attribute { Name = "a", SparseTensors = { sparse } }, "attribute 'a'.sparse_tensors[0].values 'w'"),
            (new Attribute { Name = "a", G = Weighted() }, "attribute 'a'.g.initializer[0] 'w'"),
            (new Attribute { Name = "a", Graphs = { Weighted() } }, "attribute 'a'.graphs[0].initializer[0] 'w'")])
        {
            yield return new(
                $"a node's {place}",
                Code,
                $"graph.node[0] 'n' MatMul.{place}",
                Changed(m => Named(m).Attribute.Add(attribute)));
            yield return new(
                $"a function's {place}",
                Code,
                $"function[0] 'f'.node[0] Relu.{place}",
                Changed(m => m.Functions.Add(Function("f", new NodeProto { OpType = "Relu", Attribute = { attribute } }))));
        }

        yield return new(
            "a function's default",
            Code,
            "function[0] 'f'.attribute_proto 'a'.t 'w'",
            Changed(m => m.Functions.Add(WithDefault(Function("f", new NodeProto { OpType = "Relu" })))));
        yield return new(
            "a training algorithm",
            Code,
            "training_info[0].algorithm.initializer[0] 'w'",
            Changed(m => m.TrainingInfo.Add(new TrainingInfoProto { Algorithm = Weighted() })));
        yield return new(
            "a training initialization",
            Code,
            "training_info[0].initialization.initializer[0] 'w'",
            Changed(m => m.TrainingInfo.Add(new TrainingInfoProto { Initialization = Weighted() })));

        static GraphProto Weighted() => new() { Name = "inner", Initializer = { External() } };

        static FunctionProto WithDefault(FunctionProto function)
        {
            function.AttributeProto.Add(new Attribute { Name = "a", T = External() });
            return function;
        }
    }

    private static IEnumerable<UnsafeOnnx> Tensors()
    {
        const string Place = "graph.initializer[0] 'w'";
        foreach (var (description, code, tensor) in ((string, string, TensorProto)[])[
            ("elements of an unknown type", FindingCode.ElementType, new TensorProto { DataType = 99, Dims = { 1 } }),
            ("elements without a type", FindingCode.ElementType, new TensorProto { Dims = { 1 }, FloatData = { 1 } }),
            ("a negative dimension", FindingCode.NegativeDimension, new TensorProto { DataType = 1, Dims = { -1 }, FloatData = { 1 } }),
            ("a shape that overflows", FindingCode.ShapeOverflow, new TensorProto { DataType = 1, Dims = { 1L << 32, 1L << 32 } }),
            ("a shape that overflows in bits only", FindingCode.ShapeOverflow, new TensorProto { DataType = 11, Dims = { 1L << 58 } }),
            ("a shape that overflows before its 0", FindingCode.ShapeOverflow, new TensorProto
            {
                DataType = 1,
                Dims = { 1L << 32, 1L << 32, 0 },
            }),
            ("a dimension of 2^63-1", FindingCode.ShapeOverflow, new TensorProto { DataType = 1, Dims = { long.MaxValue } }),
            ("too few values", FindingCode.ShapeData, new TensorProto { DataType = 1, Dims = { 4 }, FloatData = { 1, 2, 3 } }),
            ("too many values", FindingCode.ShapeData, new TensorProto { DataType = 7, Dims = { 1 }, Int64Data = { 1, 2 } }),
            ("a large shape without data", FindingCode.ShapeData, new TensorProto { DataType = 1, Dims = { 1L << 40 } }),
            ("too few bytes", FindingCode.ShapeData, new TensorProto
            {
                DataType = 7,
                Dims = { 2 },
                RawData = ByteString.CopyFrom(new byte[15]),
            }),
            ("half a byte too few", FindingCode.ShapeData, new TensorProto
            {
                DataType = (int)DataType.Int4,
                Dims = { 3 },
                RawData = ByteString.CopyFrom(new byte[1]),
            }),
            ("values of another type", FindingCode.ShapeData, new TensorProto { DataType = 1, Dims = { 1 }, Int32Data = { 1 } }),
            ("data twice", FindingCode.ShapeData, new TensorProto
            {
                DataType = 1,
                Dims = { 1 },
                FloatData = { 1 },
                RawData = ByteString.CopyFrom(new byte[4]),
            }),
            ("strings as bytes", FindingCode.ShapeData, new TensorProto
            {
                DataType = 8,
                Dims = { 1 },
                RawData = ByteString.CopyFrom(new byte[4]),
            }),
            ("too many dimensions", FindingCode.LimitEntries, Ranked(65))])
        {
            tensor.Name = "w";
            yield return new($"a tensor with {description}", code, Place, Changed(m => m.Graph.Initializer[0] = tensor));
        }

        // The generated messages lack the field segment, which is field 3 of the tensor.
        yield return new(
            "a tensor that is a segment",
            FindingCode.ShapeData,
            Place,
            Changed(m => m.Graph.Initializer[0] = TensorProto.Parser.ParseFrom([
                .. m.Graph.Initializer[0].ToByteArray(),
                .. RawProtobuf.Bytes(3, []),
            ])));
        foreach (var (description, code, sparse) in ((string, string, SparseTensorProto)[])[
            ("that is huge when expanded", FindingCode.SparseExpansion, new SparseTensorProto
            {
                Values = Floats(1),
                Indices = Indices(1),
                Dims = { 1L << 40 },
            }),
            ("whose shape overflows", FindingCode.ShapeOverflow, new SparseTensorProto
            {
                Values = Floats(1),
                Indices = Indices(1),
                Dims = { 1L << 40, 1L << 40 },
            }),
            ("of a negative dimension", FindingCode.NegativeDimension, new SparseTensorProto
            {
                Values = Floats(1),
                Indices = Indices(1),
                Dims = { -4 },
            }),
            ("with fewer indices than values", FindingCode.ShapeData, new SparseTensorProto
            {
                Values = Floats(2),
                Indices = Indices(1),
                Dims = { 4 },
            }),
            ("without indices", FindingCode.ShapeData, new SparseTensorProto { Values = Floats(2), Dims = { 4 } })])
        {
            yield return new(
                $"a sparse tensor {description}",
                code,
                "graph.sparse_initializer[0]",
                Changed(m => m.Graph.SparseInitializer.Add(sparse)));
        }

        yield return new(
            "a value of an unknown type",
            FindingCode.ElementType,
            "graph.value_info[0] 'v'",
            Changed(m => m.Graph.ValueInfo.Add(Value("v", 99, 1))));
        yield return new(
            "an input of a negative dimension",
            FindingCode.NegativeDimension,
            "graph.input[0] 'x'",
            Changed(m => m.Graph.Input[0] = Value("x", 1, -2)));
        yield return new(
            "an input whose shape overflows",
            FindingCode.ShapeOverflow,
            "graph.input[0] 'x'",
            Changed(m => m.Graph.Input[0] = Value("x", 1, 1L << 40, 1L << 40)));
    }

    private static IEnumerable<UnsafeOnnx> Interfaces()
    {
        yield return new("no output", FindingCode.Interface, "graph", Changed(m => m.Graph.Output.Clear()));
        yield return new(
            "an output that is a map",
            FindingCode.Interface,
            "outputs[0] 'y'",
            Changed(m => m.Graph.Output[0].Type = new TypeProto
            {
                MapType = new TypeProto.Types.Map
                {
                    KeyType = 7,
                    ValueType = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1 } },
                },
            }));
        yield return new(
            "two inputs with one name",
            FindingCode.Interface,
            "inputs[1] 'x'",
            Changed(m => m.Graph.Input.Add(m.Graph.Input[0])));
        yield return new(
            "a name with a line break",
            FindingCode.Name,
            "graph.input[1]",
            Changed(m => m.Graph.Input.Add(Value("x\nok", 1, 1))));
    }

    private static IEnumerable<UnsafeOnnx> Files()
    {
        const string Place = "model.onnx";
        var good = SomeOnnx.Linear(3, 1);
        yield return new("an empty file", FindingCode.NoModel, Place, []);
        yield return new("text", FindingCode.Protobuf, Place, "this is not a model"u8.ToArray());
        yield return new("zeros", FindingCode.Protobuf, Place, new byte[100]);
        yield return new("a picture", FindingCode.Protobuf, Place, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]);
        yield return new("half a model", FindingCode.Protobuf, Place, good[..(good.Length / 2)]);
        yield return new("a model with a trailing byte", FindingCode.Protobuf, Place, [.. good, 0]);
        yield return new("a length beyond the end", FindingCode.Protobuf, Place, [.. good, 0x12, 0xff, 0xff, 0xff, 0xff, 0x07]);
        yield return new("a length of 2^63", FindingCode.Protobuf, Place, [.. good, 0x12, .. RawProtobuf.Varint(1UL << 63)]);
        yield return new(
            "a number that never ends",
            FindingCode.Protobuf,
            Place,
            [.. good, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
        yield return new("a group", FindingCode.Protobuf, Place, [.. good, 0x0b, 0x0c]);
        yield return new("no graph", FindingCode.NoModel, Place, Changed(m => m.Graph = null));
        yield return new(
            "a second graph",
            FindingCode.DuplicateField,
            Place,
            [.. good, .. RawProtobuf.Bytes(7, new GraphProto { Name = "second" }.ToByteArray())]);
        yield return new(
            "a value of two types",
            FindingCode.DuplicateField,
            "graph.value_info[0]",
            WithRawValue(good, RawProtobuf.Bytes(2, [.. RawProtobuf.Bytes(1, []), .. RawProtobuf.Bytes(4, [])])));
        // The runtime looks for these four letters from the fifth byte, and a producer's name can have them there.
        yield return new("the runtime's own format", FindingCode.RuntimeFormat, Place, [0x18, 0, 0, 0, .. "ORTM"u8, .. new byte[24]]);
        yield return new(
            "the runtime's own format in a model",
            FindingCode.RuntimeFormat,
            Place,
            [.. RawProtobuf.Bytes(2, "  ORTM"u8), .. Changed(m => m.ProducerName = "")]);
        yield return new(
            "a name that is too long",
            FindingCode.LimitText,
            "graph.node[0]",
            Changed(m => m.Graph.Node[0].Name = new string('n', 5000)));
        yield return new(
            "a description that is too long",
            FindingCode.LimitText,
            "graph.node[0]",
            Changed(m => m.Graph.Node[0].DocString = new string('n', 2 * 1024 * 1024)));
        yield return new(
            "too many attributes",
            FindingCode.LimitAttributes,
            "graph.node[0]",
            Changed(m => m.Graph.Node[0].Attribute.Add(Enumerable.Range(0, 1001).Select(i => new Attribute { Name = $"a{i}" }))));
        yield return new(
            "too many metadata entries",
            FindingCode.LimitEntries,
            Place,
            Changed(m => m.MetadataProps.Add(Enumerable.Range(0, 10_001).Select(i => new StringStringEntryProto { Key = $"k{i}" }))));
        yield return new(
            "too many initializers",
            FindingCode.LimitInitializers,
            "graph",
            Changed(m => m.Graph.Initializer.Add(Enumerable.Range(0, 100_001)
                .Select(i => new TensorProto { Name = $"w{i}", DataType = 1, Dims = { 0 } }))));
        yield return new(
            "too many nodes",
            FindingCode.LimitNodes,
            "graph.node[250000]",
            Changed(m => m.Graph.Node.Add(Enumerable.Repeat(new NodeProto { OpType = "Relu" }, 250_001))));
    }

    private static IEnumerable<UnsafeOnnx> Nestings()
    {
        // 10,000 nested optional values: optional_type (9), elem_type (1).
        yield return new(
            "types nested 10,000 deep",
            FindingCode.Nesting,
            "graph.value_info[0]",
            WithRawValue(SomeOnnx.Linear(3, 1), RawProtobuf.Bytes(2, RawProtobuf.Nested(10_000, 9, 1))));
        // A graph in a graph: node (1), attribute (5), graph (6).
        yield return new(
            "graphs nested 10,000 deep",
            FindingCode.Nesting,
            "graph.node[0]",
            [.. RawProtobuf.Bytes(7, RawProtobuf.Nested(10_000, 1, 5, 6)), .. RawProtobuf.Number(1, 8), .. RawProtobuf.Bytes(8, [])]);
        yield return new(
            "graphs nested 17 deep",
            FindingCode.Nesting,
            "graph.node[0]",
            [.. RawProtobuf.Bytes(7, RawProtobuf.Nested(17 * 3, 1, 5, 6)), .. RawProtobuf.Number(1, 8), .. RawProtobuf.Bytes(8, [])]);
        yield return new("groups nested 10,000 deep", FindingCode.Protobuf, "model.onnx", [.. Enumerable.Repeat((byte)0x0b, 10_000)]);
    }

    /// <summary>A model with a value_info that no serializer would write.</summary>
    private static byte[] WithRawValue(byte[] model, byte[] value)
    {
        var parsed = ModelProto.Parser.ParseFrom(model);
        var graph = parsed.Graph.ToByteArray();
        parsed.Graph = null;
        return [.. parsed.ToByteArray(), .. RawProtobuf.Bytes(7, [.. graph, .. RawProtobuf.Bytes(13, value)])];
    }

    /// <summary>The first node of a model, with a name.</summary>
    internal static NodeProto Named(ModelProto model)
    {
        model.Graph.Node[0].Name = "n";
        return model.Graph.Node[0];
    }

    internal static FunctionProto Function(string name, params NodeProto[] nodes) =>
        new() { Name = name, Domain = "own", Node = { nodes } };

    private static TensorProto Floats(int count) =>
        new() { DataType = (int)DataType.Float, Dims = { count }, FloatData = { new float[count] } };

    private static TensorProto Indices(int count) =>
        new() { DataType = (int)DataType.Int64, Dims = { count }, Int64Data = { new long[count] } };

    private static TensorProto Ranked(int rank)
    {
        var tensor = new TensorProto { DataType = 1, FloatData = { 1 } };
        tensor.Dims.Add(Enumerable.Repeat(1L, rank));
        return tensor;
    }

    private static ValueInfoProto Value(string name, int type, params long[] shape) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = type,
                Shape = new TensorShapeProto { Dim = { shape.Select(static d => new TensorShapeProto.Types.Dimension { DimValue = d }) } },
            },
        },
    };
}
