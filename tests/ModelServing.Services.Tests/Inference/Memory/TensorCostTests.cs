using ModelServing.Inference.Memory;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol.Protobuf;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Inference.Memory;

public class TensorCostTests
{
    [Theory]
    [InlineData(Datatype.Bool, 2)]
    [InlineData(Datatype.Int8, 2)]
    [InlineData(Datatype.Fp16, 2)]
    [InlineData(Datatype.Fp32, 2)]
    [InlineData(Datatype.Fp64, 4)]
    [InlineData(Datatype.Uint64, 4)]
    [InlineData(Datatype.Bytes, 32.0 / 3)]
    public void A_byte_costs_what_the_shortest_element_needs(Datatype datatype, double cost) =>
        Assert.Equal(cost, TensorCost.PerByte([Spec(datatype, -1)]), 5);

    [Theory]
    [InlineData(Datatype.Bool, 2)]
    [InlineData(Datatype.Int8, 2)]
    [InlineData(Datatype.Int16, 2)]
    [InlineData(Datatype.Int32, 4)]
    [InlineData(Datatype.Uint64, 8)]
    [InlineData(Datatype.Bf16, 2)]
    [InlineData(Datatype.Fp32, 2)]
    [InlineData(Datatype.Fp64, 2)]
    [InlineData(Datatype.Bytes, 16)]
    public void A_byte_of_a_message_costs_what_the_shortest_element_needs(Datatype datatype, double cost) =>
        Assert.Equal(cost, TensorCost.PerProtobufByte([Spec(datatype, -1, 2)]), 5);

    [Fact]
    public void The_costliest_input_counts() =>
        Assert.Equal(4, TensorCost.PerByte([Spec(Datatype.Fp32, -1), Spec(Datatype.Fp64, 3), Spec(Datatype.Int8, 3)]));

    [Fact]
    public void An_input_that_may_be_a_shape_costs_more()
    {
        Assert.Equal(36, TensorCost.PerByte([Spec(Datatype.Int64, -1)]));
        Assert.Equal(72, TensorCost.PerProtobufByte([Spec(Datatype.Int64, -1)]));
        Assert.Equal(4, TensorCost.PerByte([Spec(Datatype.Int64, 4)]));
        Assert.Equal(4, TensorCost.PerByte([Spec(Datatype.Int64, -1, -1)]));
    }

    [Fact]
    public void What_tensors_take_never_exceeds_what_was_taken_for_their_body()
    {
        foreach (var datatype in Enum.GetValues<Datatype>())
        {
            var spec = Spec(datatype, -1);
            var text = spec.Format.LeastText;
            using var tensor = spec.Format.Create([1000]);
            var body = 1000 * text;
            Assert.InRange(TensorCost.Measure([spec], [tensor], body), 1, (long)(body * (1 + TensorCost.PerByte([spec]) + 5)));
            body = 1000 * ContentsFields.LeastBytesOf(datatype);
            Assert.InRange(TensorCost.Measure([spec], [tensor], body), 1, (long)(body * (1 + TensorCost.PerProtobufByte([spec]) + 5)));
        }
    }

    private static TensorSpec Spec(Datatype datatype, params long[] shape) => new(new TensorInfo("x", datatype, shape));
}
