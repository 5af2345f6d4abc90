using CsCheck;
using ModelServing.Registry;
using ModelServing.Registry.Onnx;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Registry;

public class OnnxInterfaceTests
{
    [Fact]
    public void It_reads_names_data_types_and_shapes()
    {
        foreach (var datatype in Enum.GetValues<Datatype>())
        {
            var read = OnnxInterface.Read(SomeOnnx.Identity(datatype, -1, 15));
            Assert.Equal($"x {DatatypeNames.Of(datatype)} [-1,15]", Assert.Single(read.Inputs).ToString());
            Assert.Equal($"y {DatatypeNames.Of(datatype)} [-1,15]", Assert.Single(read.Outputs).ToString());
        }

        Assert.Empty(OnnxInterface.Read(SomeOnnx.Identity(Datatype.Fp32)).Inputs[0].Shape);
    }

    [Fact]
    public void A_weight_that_is_listed_as_an_input_is_none()
    {
        var bytes = SomeOnnx.Model(
            graph => graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 1 }, FloatData = { 1 } }),
            [SomeOnnx.Value("x", Datatype.Fp32, [1]), SomeOnnx.Value("w", Datatype.Fp32, [1])],
            [SomeOnnx.Value("y", Datatype.Fp32, [1])],
            SomeOnnx.Node("Add", ["x", "w"], ["y"]));
        Assert.Equal("x", Assert.Single(OnnxInterface.Read(bytes).Inputs).Name);
    }

    [Fact]
    public void What_is_no_ONNX_model_is_refused()
    {
        foreach (var bytes in (byte[][])[[], "this is text"u8.ToArray(), [0x08, 0x08], [0xff, 0xff, 0xff], new byte[100]])
            Assert.StartsWith("it is no ONNX model: ", Refusal(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_protocol_can_not_carry_is_refused_by_its_place()
    {
        var sequence = new ValueInfoProto { Name = "probabilities", Type = new TypeProto { SequenceType = new TypeProto.Types.Sequence() } };
        Assert.Contains("outputs[1] 'probabilities' is a sequence; only tensors", RefusalOf(SomeOnnx.Value("y", Datatype.Fp32, []), sequence), StringComparison.Ordinal);

        var complex = SomeOnnx.Value("z", Datatype.Fp32, []);
        complex.Type.TensorType.ElemType = (int)TensorProto.Types.DataType.Complex64;
        Assert.Contains("outputs[0] 'z' has elements of the type Complex64", RefusalOf(complex), StringComparison.Ordinal);

        var shapeless = SomeOnnx.Value("z", Datatype.Fp32, []);
        shapeless.Type.TensorType.Shape = null;
        Assert.Contains("outputs[0] 'z' has no shape", RefusalOf(shapeless), StringComparison.Ordinal);

        Assert.Contains("outputs[0] 'u' is a value of no known type", RefusalOf(new ValueInfoProto { Name = "u" }), StringComparison.Ordinal);
        Assert.Contains("outputs[0] '' has no name", RefusalOf(SomeOnnx.Value("", Datatype.Fp32, [])), StringComparison.Ordinal);
        Assert.Contains("outputs[1] 'y' has the name of another one", RefusalOf(SomeOnnx.Value("y", Datatype.Fp32, []), SomeOnnx.Value("y", Datatype.Fp32, [])), StringComparison.Ordinal);
        Assert.Equal("the model has no output", RefusalOf());
    }

    [Fact]
    public void A_damaged_model_is_read_or_refused_and_nothing_else_is_thrown()
    {
        var model = SomeOnnx.AddAndMultiply(Datatype.Int64, -1, 3);
        Gen.Select(Gen.Select(Gen.Int[0, model.Length - 1], Gen.Byte).Array[1, 4], Gen.Int[0, model.Length]).Sample((changes, length) =>
        {
            var bytes = (byte[])model.Clone();
            foreach (var (at, value) in changes)
                bytes[at] = value;
            try
            {
                OnnxInterface.Read(bytes.AsSpan(0, length));
            }
            catch (OnnxFormatException)
            {
                // The only exception that a caller has to know.
            }
        });
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var type = new TypeProto { TensorType = new TypeProto.Types.Tensor() };
        for (var i = 0; i < 500; i++)
            type = new TypeProto { OptionalType = new TypeProto.Types.Optional { ElemType = type } };
        Assert.StartsWith("it is no ONNX model: ", RefusalOf(new ValueInfoProto { Name = "y", Type = type }), StringComparison.Ordinal);
    }

    private static string RefusalOf(params ValueInfoProto[] outputs) => Refusal(SomeOnnx.Model([], outputs));

    private static string Refusal(byte[] bytes) => Assert.Throws<OnnxFormatException>(() => OnnxInterface.Read(bytes)).Message;
}
