using ModelServing.Registry;
using ModelServing.Registry.Onnx;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Registry.Onnx;

public class OnnxInterfaceTests
{
    [Fact]
    public void It_has_names_data_types_and_shapes()
    {
        foreach (var datatype in Enum.GetValues<Datatype>())
        {
            var read = Read(SomeOnnx.Identity(datatype, -1, 15));
            Assert.Equal($"x {DatatypeNames.NameOf(datatype)} [-1,15]", Assert.Single(read.Inputs).ToString());
            Assert.Equal($"y {DatatypeNames.NameOf(datatype)} [-1,15]", Assert.Single(read.Outputs).ToString());
        }

        Assert.Empty(Read(SomeOnnx.Identity(Datatype.Fp32)).Inputs[0].Shape);
    }

    [Fact]
    public void A_length_of_minus_1_means_any_length_as_some_exporters_write_it()
    {
        var input = SomeOnnx.Value("x", Datatype.Fp32, [1, 3]);
        input.Type.TensorType.Shape.Dim[0].DimValue = -1;
        Assert.Equal(
            "x FP32 [-1,3]",
            Assert.Single(Read(SomeOnnx.Model(
                [input],
                [SomeOnnx.Value("y", Datatype.Fp32, [3])],
                SomeOnnx.Node("Identity", ["x"], ["y"]))).Inputs).ToString());
    }

    [Fact]
    public void An_initializer_that_is_listed_as_an_input_is_not_an_input()
    {
        var bytes = SomeOnnx.Model(
            graph => graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 1 }, FloatData = { 1 } }),
            [SomeOnnx.Value("x", Datatype.Fp32, [1]), SomeOnnx.Value("w", Datatype.Fp32, [1])],
            [SomeOnnx.Value("y", Datatype.Fp32, [1])],
            SomeOnnx.Node("Add", ["x", "w"], ["y"]));
        Assert.Equal("x", Assert.Single(Read(bytes).Inputs).Name);
    }

    [Fact]
    public void Values_that_the_protocol_can_not_carry_are_refused_with_their_place()
    {
        var sequence = new ValueInfoProto
        {
            Name = "probabilities",
            Type = new TypeProto { SequenceType = new TypeProto.Types.Sequence() },
        };
        Assert.Contains(
            "outputs[1] 'probabilities': it is a sequence; only tensors",
            RefusalOf(SomeOnnx.Value("y", Datatype.Fp32, []), sequence),
            StringComparison.Ordinal);

        var complex = SomeOnnx.Value("z", Datatype.Fp32, []);
        complex.Type.TensorType.ElemType = (int)TensorProto.Types.DataType.Complex64;
        Assert.Contains("outputs[0] 'z': its element type is Complex64", RefusalOf(complex), StringComparison.Ordinal);

        var shapeless = SomeOnnx.Value("z", Datatype.Fp32, []);
        shapeless.Type.TensorType.Shape = null;
        Assert.Contains("outputs[0] 'z': it has no shape", RefusalOf(shapeless), StringComparison.Ordinal);

        Assert.Contains(
            "outputs[0] 'u': it is a value of an unknown type",
            RefusalOf(new ValueInfoProto { Name = "u" }),
            StringComparison.Ordinal);
        Assert.Contains("outputs[0] '': it has no name", RefusalOf(SomeOnnx.Value("", Datatype.Fp32, [])), StringComparison.Ordinal);
        Assert.Contains(
            "outputs[1] 'y': another one has the same name",
            RefusalOf(SomeOnnx.Value("y", Datatype.Fp32, []), SomeOnnx.Value("y", Datatype.Fp32, [])),
            StringComparison.Ordinal);
        Assert.Contains("the model has no output", RefusalOf(), StringComparison.Ordinal);
    }

    private static OnnxInterface Read(byte[] bytes)
    {
        var report = OnnxInspection.Inspect(bytes);
        Assert.Empty(report.Findings);
        return report.Interface!;
    }

    private static string RefusalOf(params ValueInfoProto[] outputs)
    {
        var report = OnnxInspection.Inspect(SomeOnnx.Model([], outputs));
        Assert.Null(report.Interface);
        return Assert.Single(report.Findings).ToString();
    }
}
