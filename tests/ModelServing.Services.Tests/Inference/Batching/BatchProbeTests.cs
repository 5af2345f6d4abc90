using ModelServing.Registry;
using ModelServing.Registry.Onnx;
using ModelServing.Sample;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>Only a version whose rows are independent of each other runs requests together.</summary>
public class BatchProbeTests
{
    private const string Batched = "in batches of up to 32 rows";

    [Theory]
    [InlineData("a linear model", Batched)]
    [InlineData("a table", Batched)]
    [InlineData("two inputs with rows of any length", Batched)]
    [InlineData("the mean of all rows", "the rows of 'y' depend on each other")]
    [InlineData("the sum of the rows so far", "the rows of 'y' depend on each other")]
    [InlineData("noise", "the rows of 'y' depend on each other")]
    [InlineData("trees", Batched)]
    [InlineData("the number of rows", "a row of 'y' has another result in a batch than alone, if only by rounding")]
    [InlineData("a fixed number of rows", "the first dimension of 'x' is not free")]
    [InlineData("no rows", "the first dimension of 'count' is not free")]
    [InlineData("text", "'x' has text")]
    [InlineData("a length of its own", "the dimension 1 of 'y' is not one of an input")]
    [InlineData("one row for all", "'y' does not have a row for each row of the inputs")]
    public async Task It_is_tried_when_the_version_is_loaded(string kind, string expected)
    {
        var onnx = kind switch
        {
            "a linear model" => SomeOnnx.Linear(5, 3),
            "a table" => SomeOnnx.Lookup(),
            "two inputs with rows of any length" => SomeOnnx.LookupAndAdd(),
            "the mean of all rows" => OfRows(
                Axis(SomeOnnx.Node("ReduceMean", ["x"], ["mean"])), SomeOnnx.Node("Sub", ["x", "mean"], ["y"])),
            "the sum of the rows so far" => OfRows(SomeOnnx.Node("CumSum", ["x", "first"], ["y"])),
            "noise" => OfRows(SomeOnnx.Node("RandomNormalLike", ["x"], ["noise"]), SomeOnnx.Node("Add", ["x", "noise"], ["y"])),
            "a fixed number of rows" => SomeOnnx.Identity(Datatype.Fp32, 2, 3),
            "no rows" => SomeSlowOnnx.Loop(),
            "text" => SomeOnnx.ParseNumbers(),
            "trees" => File.ReadAllBytes(SampleArtifacts.ModelPath(2)),
            "the number of rows" => OfRows(
                SomeOnnx.Node("Shape", ["x"], ["shape"]),
                SomeOnnx.Node("Gather", ["shape", "first"], ["rows"]),
                Cast(SomeOnnx.Node("Cast", ["rows"], ["number"])),
                SomeOnnx.Node("Add", ["x", "number"], ["y"])),
            "a length of its own" => SomeOnnx.Model(
                [SomeOnnx.Value("x", Datatype.Fp32, [-1, 3])],
                [SomeOnnx.Value("y", Datatype.Int64, [-1, -1])],
                SomeOnnx.Node("NonZero", ["x"], ["y"])),
            _ => SomeOnnx.Model(
                [SomeOnnx.Value("x", Datatype.Fp32, [-1, 3])],
                [SomeOnnx.Value("y", Datatype.Fp32, [-1, 3])],
                Axis(SomeOnnx.Node("ReduceMean", ["x"], ["y"]))),
        };
        await using var service = await RunningInference.StartAsync(onnx);
        Assert.Contains(service.Log, line =>
            line.Message.Contains("runs requests", StringComparison.Ordinal) && line.Message.Contains(expected, StringComparison.Ordinal));
    }

    private static byte[] OfRows(params NodeProto[] nodes) => SomeOnnx.Model(
        static graph => graph.Initializer.Add(
            new TensorProto { Name = "first", DataType = (int)TensorProto.Types.DataType.Int64, Int64Data = { 0 } }),
        [SomeOnnx.Value("x", Datatype.Fp32, [-1, 3])],
        [SomeOnnx.Value("y", Datatype.Fp32, [-1, 3])],
        nodes);

    private static NodeProto Cast(NodeProto node)
    {
        node.Attribute.Add(new AttributeProto
        {
            Name = "to",
            I = (int)TensorProto.Types.DataType.Float,
            Type = AttributeProto.Types.AttributeType.Int,
        });
        return node;
    }

    private static NodeProto Axis(NodeProto node)
    {
        node.Attribute.Add(new AttributeProto { Name = "axes", Ints = { 0 }, Type = AttributeProto.Types.AttributeType.Ints });
        return node;
    }
}
