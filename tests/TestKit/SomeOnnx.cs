using Google.Protobuf;
using ModelServing.Registry;
using ModelServing.Registry.Onnx;

namespace ModelServing.TestKit;

/// <summary>Creates small ONNX models from the format's own messages.</summary>
public static class SomeOnnx
{
    /// <summary>The output <c>y</c> equals the input <c>x</c>.</summary>
    public static byte[] Identity(Datatype datatype, params long[] shape) => Model(
        [Value("x", datatype, shape)],
        [Value("y", datatype, shape)],
        Node("Identity", ["x"], ["y"]));

    /// <summary>The output <c>sum</c> is the sum of the inputs <c>a</c> and <c>b</c>, which may be broadcast.</summary>
    public static byte[] Add(Datatype datatype, params long[] shape) => Model(
        [Value("a", datatype, shape), Value("b", datatype, shape)],
        [Value("sum", datatype, shape)],
        Node("Add", ["a", "b"], ["sum"]));

    /// <summary>As <see cref="Add"/>, but each dimension has no name, so the inputs' lengths may differ as far as the model itself
    /// allows.</summary>
    public static byte[] AddOfAnyLengths(Datatype datatype, params long[] shape)
    {
        var model = ModelProto.Parser.ParseFrom(Add(datatype, shape));
        foreach (var dimension in model.Graph.Input.Concat(model.Graph.Output).SelectMany(value => value.Type.TensorType.Shape.Dim))
            dimension.ClearValue();
        return model.ToByteArray();
    }

    /// <summary>The outputs <c>sum</c> and <c>product</c> are those of the inputs <c>a</c> and <c>b</c>.</summary>
    public static byte[] AddAndMultiply(Datatype datatype, params long[] shape) => Model(
        [Value("a", datatype, shape), Value("b", datatype, shape)],
        [Value("sum", datatype, shape), Value("product", datatype, shape)],
        Node("Add", ["a", "b"], ["sum"]),
        Node("Mul", ["a", "b"], ["product"]));

    /// <summary>The output <c>y</c> equals one divided by the input <c>x</c>, [-1], so 0 gives infinity.</summary>
    public static byte[] Reciprocal(Datatype datatype) => Model(
        [Value("x", datatype, [-1])],
        [Value("y", datatype, [-1])],
        Node("Reciprocal", ["x"], ["y"]));

    /// <summary>The output <c>y</c>, FP32 [-1], is one divided by the output <c>number</c>, which each text of the input <c>x</c>,
    /// BYTES [-1], names.</summary>
    public static byte[] ParseNumbers()
    {
        var cast = Node("Cast", ["x"], ["number"]);
        cast.Attribute.Add(new AttributeProto
        {
            Name = "to",
            I = (int)TensorProto.Types.DataType.Float,
            Type = AttributeProto.Types.AttributeType.Int,
        });
        return Model(
            [Value("x", Datatype.Bytes, [-1])],
            [Value("number", Datatype.Fp32, [-1]), Value("y", Datatype.Fp32, [-1])],
            cast,
            Node("Reciprocal", ["number"], ["y"]));
    }

    /// <summary>The output <c>y</c>, FP32 [-1], has the elements of a table of three that the input <c>i</c>, INT64 [-1], names. Another
    /// index makes the model fail.</summary>
    public static byte[] Lookup() => Model(
        static graph => graph.Initializer.Add(
            new TensorProto { Name = "table", DataType = (int)TensorProto.Types.DataType.Float, Dims = { 3 }, FloatData = { 1, 2, 3 } }),
        [Value("i", Datatype.Int64, [-1])],
        [Value("y", Datatype.Fp32, [-1])],
        Node("Gather", ["table", "i"], ["y"]));

    /// <summary>The output <c>y</c>, FP32 [7], is the input <c>x</c>, FP32 [-1]. Any other number of elements makes the model fail, and the
    /// runtime's message then names a place in its own source.</summary>
    public static byte[] Seven() => Model(
        static graph => graph.Initializer.Add(
            new TensorProto { Name = "shape", DataType = (int)TensorProto.Types.DataType.Int64, Dims = { 1 }, Int64Data = { 7 } }),
        [Value("x", Datatype.Fp32, [-1])],
        [Value("y", Datatype.Fp32, [7])],
        Node("Reshape", ["x", "shape"], ["y"]));

    /// <summary>The output <c>y</c>, FP32 [], is the element of a table of three that the input, INT64 [], names. Another index makes the
    /// model fail.</summary>
    public static byte[] LookupOne(string input) => Model(
        static graph => graph.Initializer.Add(
            new TensorProto { Name = "table", DataType = (int)TensorProto.Types.DataType.Float, Dims = { 3 }, FloatData = { 1, 2, 3 } }),
        [Value(input, Datatype.Int64, [])],
        [Value("y", Datatype.Fp32, [])],
        Node("Gather", ["table", input], ["y"]));

    /// <summary>The output <c>y</c> is the FP32 input <c>x</c>, [-1,-1], plus the elements of a table of three that the INT64 input
    /// <c>i</c>, of the same shape, names: 0, 1000 and 2000. Another index makes the model fail. The output <c>d</c> is twice the input
    /// <c>x</c>.</summary>
    public static byte[] LookupAndAdd() => Model(
        static graph => graph.Initializer.Add(new TensorProto
        {
            Name = "table",
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { 3 },
            FloatData = { 0, 1000, 2000 },
        }),
        [Value("i", Datatype.Int64, [-1, -1]), Value("x", Datatype.Fp32, [-1, -1])],
        [Value("y", Datatype.Fp32, [-1, -1]), Value("d", Datatype.Fp32, [-1, -1])],
        Node("Gather", ["table", "i"], ["found"]),
        Node("Add", ["found", "x"], ["y"]),
        Node("Add", ["x", "x"], ["d"]));

    /// <summary>The output <c>y</c>, [-1,outputs], of FP32 rows <c>x</c>, [-1,inputs]: a matrix product with fixed weights.</summary>
    public static byte[] Linear(int inputs, int outputs, int seed = 1)
    {
        var random = new Random(seed);
        var weights = new TensorProto { Name = "w", DataType = (int)TensorProto.Types.DataType.Float, Dims = { inputs, outputs } };
        for (var i = 0; i < inputs * outputs; i++)
            weights.FloatData.Add((random.NextSingle() * 2) - 1);
        return Model(
            graph => graph.Initializer.Add(weights),
            [Value("x", Datatype.Fp32, [-1, inputs])],
            [Value("y", Datatype.Fp32, [-1, outputs])],
            Node("MatMul", ["x", "w"], ["y"]));
    }

    /// <summary>The output <c>y</c> is a third of the FP64 input <c>x</c>, so that a short number becomes a long one.</summary>
    public static byte[] Third() => Model(
        static graph => graph.Initializer.Add(
            new TensorProto { Name = "three", DataType = (int)TensorProto.Types.DataType.Double, DoubleData = { 3 } }),
        [Value("x", Datatype.Fp64, [-1])],
        [Value("y", Datatype.Fp64, [-1])],
        Node("Div", ["x", "three"], ["y"]));

    /// <summary>As <see cref="Third"/>, but the output is infinite for numbers above 10^298.</summary>
    public static byte[] ThirdOfSmall() => Model(
        static graph =>
        {
            graph.Initializer.Add(
                new TensorProto { Name = "large", DataType = (int)TensorProto.Types.DataType.Double, DoubleData = { 1e10 } });
            graph.Initializer.Add(
                new TensorProto { Name = "larger", DataType = (int)TensorProto.Types.DataType.Double, DoubleData = { 3e10 } });
        },
        [Value("x", Datatype.Fp64, [-1])],
        [Value("y", Datatype.Fp64, [-1])],
        Node("Mul", ["x", "large"], ["much"]),
        Node("Div", ["much", "larger"], ["y"]));

    /// <summary>The FP32 output <c>y</c> has as many zeros as the number in the INT64 input <c>x</c> says.</summary>
    public static byte[] Expand() => Model(
        [Value("x", Datatype.Int64, [-1])],
        [Value("y", Datatype.Fp32, [-1])],
        Node("ConstantOfShape", ["x"], ["y"]));

    /// <summary>A model with the given inputs, outputs and nodes.</summary>
    public static byte[] Model(ValueInfoProto[] inputs, ValueInfoProto[] outputs, params NodeProto[] nodes) =>
        Model(_ => { }, inputs, outputs, nodes);

    /// <summary>A model with the given inputs, outputs and nodes, whose graph is then changed by <paramref name="change"/>.</summary>
    public static byte[] Model(Action<GraphProto> change, ValueInfoProto[] inputs, ValueInfoProto[] outputs, params NodeProto[] nodes)
    {
        var graph = new GraphProto { Name = "g", Input = { inputs }, Output = { outputs }, Node = { nodes } };
        change(graph);
        return new ModelProto
        {
            IrVersion = 8,
            ProducerName = "modelserving-tests",
            OpsetImport = { new OperatorSetIdProto { Version = 17 } },
            Graph = graph,
        }.ToByteArray();
    }

    /// <summary>A node of ONNX's own domain.</summary>
    public static NodeProto Node(string type, string[] inputs, string[] outputs) =>
        new() { OpType = type, Input = { inputs }, Output = { outputs } };

    /// <summary>An input or output. A dimension of -1 becomes a named one.</summary>
    public static ValueInfoProto Value(string name, Datatype datatype, long[] shape)
    {
        var dimensions = new TensorShapeProto();
        for (var i = 0; i < shape.Length; i++)
        {
            dimensions.Dim.Add(shape[i] < 0
                ? new TensorShapeProto.Types.Dimension { DimParam = $"d{i}" }
                : new TensorShapeProto.Types.Dimension { DimValue = shape[i] });
        }

        var tensor = new TypeProto.Types.Tensor { ElemType = (int)OnnxElements.TypeOf(datatype), Shape = dimensions };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
