using System.Runtime.InteropServices;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.Services.Tests.OpenInference.Tensors;

public class TensorTests
{
    [Fact]
    public void Elements_are_not_copied()
    {
        float[] elements = [1, 2, 3, 4, 5, 6];
        var tensor = Tensor.From(elements, 2, 3);
        elements[5] = 7;
        Assert.Equal(7, tensor.Elements<float>()[5]);
        Assert.True(MemoryMarshal.AsBytes(elements.AsSpan()) == tensor.Memory.Span);
        Assert.Equal((Datatype.Fp32, 6), (tensor.Datatype, tensor.Count));
        Assert.Equal([2, 3], tensor.Shape);
        Assert.Equal("FP32 [2,3]", tensor.ToString());
    }

    [Fact]
    public void Every_data_type_has_a_type_of_elements()
    {
        Assert.Equal(Datatype.Bool, Tensor.From<bool>([true]).Datatype);
        Assert.Equal(Datatype.Int8, Tensor.From<sbyte>([1]).Datatype);
        Assert.Equal(Datatype.Int16, Tensor.From<short>([1]).Datatype);
        Assert.Equal(Datatype.Int32, Tensor.From<int>([1]).Datatype);
        Assert.Equal(Datatype.Int64, Tensor.From<long>([1]).Datatype);
        Assert.Equal(Datatype.Uint8, Tensor.From<byte>([1]).Datatype);
        Assert.Equal(Datatype.Uint16, Tensor.From<ushort>([1]).Datatype);
        Assert.Equal(Datatype.Uint32, Tensor.From<uint>([1]).Datatype);
        Assert.Equal(Datatype.Uint64, Tensor.From<ulong>([1]).Datatype);
        Assert.Equal(Datatype.Fp16, Tensor.From<Half>([(Half)1]).Datatype);
        Assert.Equal(Datatype.Bf16, Tensor.From<BFloat16>([(BFloat16)1]).Datatype);
        Assert.Equal(Datatype.Fp32, Tensor.From<float>([1]).Datatype);
        Assert.Equal(Datatype.Fp64, Tensor.From<double>([1]).Datatype);
        Assert.Throws<NotSupportedException>(() => Tensor.From<char>(['a']));
    }

    [Fact]
    public void A_shape_has_the_number_of_elements()
    {
        Assert.Equal([2], Tensor.From<int>([1, 2]).Shape);
        Assert.Equal([1], Tensor.From<int>([1]).Shape);
        Assert.Empty(Tensor.From<int>([], 0, 3).Elements<int>().ToArray());
        Assert.Throws<ArgumentException>(() => Tensor.From<int>([1, 2], 3));
        Assert.Throws<ArgumentException>(() => Tensor.From<int>([1, 2], -1, -2));
        Assert.Throws<ArgumentException>(() => Tensor.From<int>([], long.MaxValue, long.MaxValue));
        Assert.Throws<ArgumentException>(() => Tensor.FromMemory(Datatype.Int32, new byte[4], 1L << 32, 1L << 32));
    }

    [Fact]
    public void Elements_are_read_as_their_own_type_only()
    {
        Assert.Throws<InvalidOperationException>(() => Tensor.From<int>([1]).Elements<uint>().Length);
        Assert.Throws<InvalidOperationException>(() => Tensor.From<int>([1]).ByteElements());
        Assert.Throws<InvalidOperationException>(() => Tensor.From<int>([1]).ToText());
    }

    [Fact]
    public void Texts_and_bytes_have_their_lengths_before_them()
    {
        var texts = Tensor.FromText(["\u00e4!", ""], 2);
        Assert.Equal("03000000C3A42100000000", Convert.ToHexString(texts.Memory.Span));
        Assert.Equal(["\u00e4!", ""], texts.ToText());
        var bytes = Tensor.FromBytes([new byte[] { 0xFF }, new byte[] { 1, 2 }]);
        var read = new List<string>();
        foreach (var element in bytes.ByteElements())
            read.Add(Convert.ToHexString(element.Span));
        Assert.Equal(["FF", "0102"], read);
    }

    [Theory]
    [InlineData(Datatype.Int32, "000000", 1)]
    [InlineData(Datatype.Bool, "02", 1)]
    [InlineData(Datatype.Bytes, "010000", 1)]
    [InlineData(Datatype.Bytes, "02000000AA", 1)]
    [InlineData(Datatype.Bytes, "FFFFFFFFAA", 1)]
    [InlineData(Datatype.Bytes, "00000000", 2)]
    public void Memory_must_have_the_elements_of_the_shape(Datatype datatype, string hex, int count) =>
        Assert.Throws<ArgumentException>(() => Tensor.FromMemory(datatype, Convert.FromHexString(hex), count));

    [Fact]
    public void A_scalar_has_no_dimension()
    {
        var scalar = Tensor.FromMemory(Datatype.Int32, new byte[4]);
        Assert.Empty(scalar.Shape);
        Assert.Equal(1, scalar.Count);
    }

    [Theory]
    [InlineData(1, "0102030405060708", "0102030405060708")]
    [InlineData(2, "0102030405060708", "0201040306050807")]
    [InlineData(4, "0102030405060708", "0403020108070605")]
    [InlineData(8, "0102030405060708", "0807060504030201")]
    public void A_big_endian_machine_sends_a_reversed_copy(int size, string memory, string wire)
    {
        var elements = Convert.FromHexString(memory);
        Assert.Equal(wire, Convert.ToHexString(ByteOrder.ToWire(elements, size, isLittleEndian: false).Span));
        Assert.Equal(memory, Convert.ToHexString(elements));
        Assert.True(ByteOrder.ToWire(elements, size, isLittleEndian: true).Span == elements);
    }
}
