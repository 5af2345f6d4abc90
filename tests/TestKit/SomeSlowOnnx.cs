using ModelServing.Registry;
using ModelServing.Registry.Onnx;
using static ModelServing.Registry.Onnx.AttributeProto.Types;

namespace ModelServing.TestKit;

/// <summary>Creates small ONNX models whose work depends on the elements of their inputs, so a small request can take any
/// time.</summary>
public static class SomeSlowOnnx
{
    /// <summary>More steps than any test waits for.</summary>
    public const long Endless = 1_000_000_000_000;

    /// <summary>The output <c>y</c>, FP32 [], counts from 0 to the input <c>count</c>, INT64 []. The runtime can end it at each
    /// step.</summary>
    public static byte[] Loop() => SomeOnnx.Model(
        static graph => graph.Initializer.Add([Flag("true"), Floats("zero", [], 0)]),
        [SomeOnnx.Value("count", Datatype.Int64, [])],
        [SomeOnnx.Value("y", Datatype.Fp32, [])],
        LoopNode("count"));

    /// <summary>The output <c>same</c> is the input <c>count</c>, INT64 [-1]. The call takes as many steps as the largest of it, so its
    /// rows have the same results together as alone, but not the same time.</summary>
    public static byte[] LoopOfRows() => SomeOnnx.Model(
        static graph => graph.Initializer.Add([Flag("true"), Floats("zero", [], 0), Longs("nothing", [], 0)]),
        [SomeOnnx.Value("count", Datatype.Int64, [-1])],
        [SomeOnnx.Value("same", Datatype.Int64, [-1])],
        Whole(SomeOnnx.Node("ReduceMax", ["count"], ["most"]), "keepdims", 0),
        LoopNode("most"),
        Whole(SomeOnnx.Node("Cast", ["y"], ["steps"]), "to", (long)TensorProto.Types.DataType.Int64),
        SomeOnnx.Node("Mul", ["steps", "nothing"], ["zeros"]),
        SomeOnnx.Node("Add", ["count", "zeros"], ["same"]));

    /// <summary>The output <c>y</c>, FP32 [-1], is the input <c>x</c> plus the result of a loop that never ends, not even in a
    /// warm-up.</summary>
    public static byte[] EndlessLoop() => SomeOnnx.Model(
        static graph => graph.Initializer.Add([Flag("true"), Floats("zero", [], 0), Longs("count", [], Endless)]),
        [SomeOnnx.Value("x", Datatype.Fp32, [-1])],
        [SomeOnnx.Value("z", Datatype.Fp32, [-1])],
        LoopNode("count"),
        SomeOnnx.Node("Add", ["x", "y"], ["z"]));

    /// <summary>The output <c>y</c> selects all of the <c>n</c>, INT64 [1], equal boxes that the model makes itself. This takes some
    /// nanoseconds for each pair of boxes, within one node, so the runtime can't end it.</summary>
    public static byte[] Boxes() => Boxes(null);

    /// <summary>As <see cref="Boxes()"/>, with a fixed number of boxes. The runtime selects them while it opens the model.</summary>
    public static byte[] BoxesAtStart(long n) => Boxes(n);

    private static byte[] Boxes(long? n) => SomeOnnx.Model(
        graph =>
        {
            graph.Initializer.Add([Floats("box", [1, 1, 4], 0, 0, 1, 1), Floats("score", [1, 1, 1], 1), Floats("overlap", [1], 1)]);
            graph.Initializer.Add([Longs("one", [1], 1), Longs("four", [1], 4)]);
            if (n is { } count)
                graph.Initializer.Add(Longs("count", [1], count));
        },
        [SomeOnnx.Value("n", Datatype.Int64, [1])],
        [SomeOnnx.Value("y", Datatype.Int64, [-1, 3])],
        Concat(["one", n is null ? "n" : "count", "four"], "boxShape"),
        Concat(["one", "one", n is null ? "n" : "count"], "scoreShape"),
        SomeOnnx.Node("Expand", ["box", "boxShape"], ["boxes"]),
        SomeOnnx.Node("Expand", ["score", "scoreShape"], ["scores"]),
        SomeOnnx.Node("NonMaxSuppression", ["boxes", "scores", n is null ? "n" : "count", "overlap"], ["selected"]),
        SomeOnnx.Node("Add", ["selected", "n"], ["y"]));

    private static NodeProto LoopNode(string count)
    {
        var body = new GraphProto
        {
            Name = "body",
            Input =
            {
                SomeOnnx.Value("step", Datatype.Int64, []),
                SomeOnnx.Value("continues", Datatype.Bool, []),
                SomeOnnx.Value("sum", Datatype.Fp32, []),
            },
            Output = { SomeOnnx.Value("continued", Datatype.Bool, []), SomeOnnx.Value("next", Datatype.Fp32, []) },
            Initializer = { Floats("one", [], 1) },
            Node = { SomeOnnx.Node("Add", ["sum", "one"], ["next"]), SomeOnnx.Node("Identity", ["continues"], ["continued"]) },
        };
        var loop = SomeOnnx.Node("Loop", [count, "true", "zero"], ["y"]);
        loop.Attribute.Add(new AttributeProto { Name = "body", G = body, Type = AttributeType.Graph });
        return loop;
    }

    private static NodeProto Concat(string[] inputs, string output) =>
        Whole(SomeOnnx.Node("Concat", inputs, [output]), "axis", 0);

    private static NodeProto Whole(NodeProto node, string attribute, long value)
    {
        node.Attribute.Add(new AttributeProto { Name = attribute, I = value, Type = AttributeType.Int });
        return node;
    }

    private static TensorProto Flag(string name) =>
        new() { Name = name, DataType = (int)TensorProto.Types.DataType.Bool, Int32Data = { 1 } };

    private static TensorProto Longs(string name, long[] shape, params long[] elements) =>
        new() { Name = name, DataType = (int)TensorProto.Types.DataType.Int64, Dims = { shape }, Int64Data = { elements } };

    private static TensorProto Floats(string name, long[] shape, params float[] elements) =>
        new() { Name = name, DataType = (int)TensorProto.Types.DataType.Float, Dims = { shape }, FloatData = { elements } };
}
