using System.Buffers;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Protocol.Protobuf;
using ModelServing.Registry;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Inference.Protocol.Protobuf.SomeMessage;

namespace ModelServing.Services.Tests.Inference.Protocol.Protobuf;

public class ProtobufRequestReaderTests
{
    private static readonly ProtobufRequestReader Pair = new(
        [new TensorSpec(new TensorInfo("a", Datatype.Fp32, [-1, 2])), new TensorSpec(new TensorInfo("b", Datatype.Int64, [3]))],
        [new TensorSpec(new TensorInfo("sum", Datatype.Fp32, [-1])), new TensorSpec(new TensorInfo("label", Datatype.Int64, [-1]))]);

    private static readonly byte[] OneAndTwo = [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40];
    private static readonly byte[] Three = [.. new byte[8], 1, .. new byte[7], 2, .. new byte[7]];

    private static readonly byte[] B = Input("b", "INT64", [3], Contents(Packed(3, 0, 1, 2)));

    // The fields of the contents, and the elements as in raw contents.
    public static TheoryData<Datatype, string, string> Types => new()
    {
        { Datatype.Bool, "0A020100", "0100" },
        { Datatype.Int8, "120B80FFFFFFFFFFFFFFFF017F", "807F" },
        { Datatype.Int16, "120D8080FEFFFFFFFFFFFF01FFFF01", "0080FF7F" },
        { Datatype.Int32, "120F80808080F8FFFFFFFF01FFFFFFFF07", "00000080FFFFFF7F" },
        { Datatype.Int64, "1A1380808080808080808001FFFFFFFFFFFFFFFF7F", "0000000000000080FFFFFFFFFFFFFF7F" },
        { Datatype.Uint8, "220301FF01", "01FF" },
        { Datatype.Uint16, "220401FFFF03", "0100FFFF" },
        { Datatype.Uint32, "220601FFFFFFFF0F", "01000000FFFFFFFF" },
        { Datatype.Uint64, "2A0B01FFFFFFFFFFFFFFFFFF01", "0100000000000000FFFFFFFFFFFFFFFF" },
        { Datatype.Fp32, "32080000003F000080FF", "0000003F000080FF" },
        { Datatype.Fp64, "3A10000000000000E03F000000000000F8FF", "000000000000E03F000000000000F8FF" },
        { Datatype.Bytes, "42004203C3A421", "0000000003000000C3A421" },
        { Datatype.Fp16, "", "0038007C" },
        { Datatype.Bf16, "", "003FC0FF" },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void Each_data_type_is_the_same_typed_and_raw(Datatype datatype, string contents, string hex)
    {
        var spec = new TensorSpec(new TensorInfo("x", datatype, [-1]));
        var reader = new ProtobufRequestReader([spec], []);
        var name = DatatypeNames.NameOf(datatype);
        using var raw = reader.Read(Join(Input("x", name, [2]), Raw(Convert.FromHexString(hex))));
        Assert.Equal(hex, Hex(spec, raw));
        Assert.NotNull(raw.Binary);
        var typed = Input("x", name, [2], Contents(Convert.FromHexString(contents)));
        if (contents.Length == 0)
        {
            Assert.Equal(
                $"inputs[0].contents: {name} has no typed contents; send its bytes in raw_input_contents", Fault(reader, typed));
            return;
        }

        using var request = reader.Read(typed);
        Assert.Equal(hex, Hex(spec, request));
        Assert.Null(request.Binary);
    }

    [Fact]
    public void Every_data_type_has_a_case() =>
        Assert.Equal(Enum.GetValues<Datatype>().Length, Types.Select(static row => row.Data.Item1).Distinct().Count());

    [Fact]
    public void Fields_may_come_in_any_order_and_raw_contents_before_their_inputs()
    {
        byte[][] fields =
        [
            Text(1, "m"), Text(3, "x"), Join(Raw(OneAndTwo), Raw(Three)), Join(Input("a", "FP32", [1, 2]), Input("b", "INT64", [3])),
            Output("label"),
        ];
        for (var shift = 0; shift < fields.Length; shift++)
        {
            using var request = Pair.Read(Join([.. fields[shift..], .. fields[..shift]]));
            Assert.Equal([1f, 2f], request.Inputs[0].Elements<float>().ToArray());
            Assert.Equal([0L, 1L, 2L], request.Inputs[1].Elements<long>().ToArray());
            Assert.Equal("x", request.Id);
            Assert.Equal([1], request.Outputs);
            Assert.True(request.IsProtobuf);
        }

        using var other = Pair.Read(Join(Raw(Three), Input("b", "INT64", [3]), Raw(OneAndTwo), Input("a", "FP32", [1, 2])));
        Assert.Equal([1f, 2f], other.Inputs[0].Elements<float>().ToArray());
        Assert.Equal([0, 1], other.Outputs);
    }

    [Fact]
    public void Repeated_fields_may_be_packed_unpacked_and_in_several_parts()
    {
        var shape = Join(RawProtobuf.Number(3, 2), Packed(3, 2));
        var name = Join(Text(1, "a"), Text(2, "FP32"));
        byte[] one = [0x35, 0, 0, 0x80, 0x3F];
        byte[] rest = [0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0x80, 0xBF];
        var two = Contents(RawProtobuf.Bytes(6, rest.AsSpan(0, 4)), RawProtobuf.Bytes(6, []));
        var a = RawProtobuf.Bytes(5, Join(Contents(one), name, two, shape, Contents(RawProtobuf.Bytes(6, rest.AsSpan(4)))));
        var last = Contents(Packed(3, -1), RawProtobuf.Number(3, ulong.MaxValue));
        var b = Input("b", "INT64", [3], Contents(RawProtobuf.Number(3, 7)), last);
        using var request = Pair.Read(Join(a, b));
        Assert.Equal([2L, 2L], request.Inputs[0].Shape);
        Assert.Equal([1f, 2f, 0f, -1f], request.Inputs[0].Elements<float>().ToArray());
        Assert.Equal([7L, -1L, -1L], request.Inputs[1].Elements<long>().ToArray());
    }

    [Fact]
    public void Unknown_fields_are_passed_over_whatever_they_hold()
    {
        byte[] unknown =
        [
            .. RawProtobuf.Number(100, 5), .. RawProtobuf.Bytes(101, [0xFF, 0xFF]), .. RawProtobuf.Nested(2000, 102),
            0xB9, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xC5, 6, 1, 2, 3, 4,
        ];
        var a = Input("a", "FP32", [1, 2], unknown, Contents(RawProtobuf.Bytes(6, OneAndTwo), unknown));
        using var request = Pair.Read(Join(unknown, a, B, Output("sum", unknown), Parameter(4, "x", unknown), unknown));
        Assert.Equal([1f, 2f], request.Inputs[0].Elements<float>().ToArray());
    }

    [Fact]
    public void Of_several_values_of_a_field_the_last_one_counts()
    {
        var a = RawProtobuf.Bytes(5, Join(Text(1, "b"), Text(2, "INT64"), Text(1, "a"), Text(2, "FP32"), Packed(3, 1, 2),
            Contents(RawProtobuf.Bytes(6, OneAndTwo))));
        using var request = Pair.Read(Join(
            Text(3, "first"), Text(3, "last"), a, B,
            Parameter(4, "timeout", RawProtobuf.Number(2, 5)),
            Parameter(4, "timeout", Text(3, "x"), RawProtobuf.Number(5, 7_000))));
        Assert.Equal("last", request.Id);
        Assert.Equal(TimeSpan.FromMilliseconds(7), request.Timeout);
    }

    [Fact]
    public void Outputs_are_wanted_by_name_and_16_bit_ones_only_as_bytes()
    {
        var reader = new ProtobufRequestReader(
            [new TensorSpec(new TensorInfo("b", Datatype.Int64, [3]))],
            [new TensorSpec(new TensorInfo("wide", Datatype.Fp32, [-1])), new TensorSpec(new TensorInfo("half", Datatype.Fp16, [-1]))]);
        foreach (var (wanted, outputs, isRaw) in (List<(byte[], int[], bool)>)
            [([], [0, 1], true), (Output("wide"), [0], false), (Join(Output("half"), Output("wide")), [1, 0], true)])
        {
            using var request = reader.Read(Join(wanted, B));
            Assert.Equal(outputs, request.Outputs);
            Assert.Equal(isRaw, request.Binary is not null);
        }
    }

    [Fact]
    public void Parameters_that_have_no_meaning_in_a_message_are_ignored()
    {
        using var request = Pair.Read(Join(
            Parameter(4, "binary_data_output", RawProtobuf.Number(1, 1)),
            Parameter(4, "priority", RawProtobuf.Number(5, ulong.MaxValue)),
            Parameter(4, "content_type", Text(3, "np")),
            Parameter(4, "nothing"),
            Parameter(4, "number", [0x21, 1, 2, 3, 4, 5, 6, 7, 8]),
            Input("a", "FP32", [1, 2], Parameter(4, "binary_data_size", RawProtobuf.Number(2, 8))),
            Input("b", "INT64", [3]),
            Output("sum", Parameter(2, "binary_data", RawProtobuf.Number(1, 1))),
            Raw(OneAndTwo),
            Raw(Three)));
        Assert.Null(request.Timeout);
        Assert.Equal([0], request.Outputs);
    }

    [Fact]
    public void An_optional_input_may_be_left_out_and_an_empty_one_needs_no_contents()
    {
        var reader = new ProtobufRequestReader(
            [
                new TensorSpec(new TensorInfo("x", Datatype.Int32, [0])),
                new TensorSpec(new TensorInfo("y", Datatype.Int32, [-1])) { IsOptional = true },
            ],
            []);
        using var request = reader.Read(Input("x", "INT32", [0]));
        Assert.All(request.Inputs, static tensor => Assert.Equal(0, tensor.Count));
    }

    private static string Hex(TensorSpec spec, InferRequest request)
    {
        var written = new ArrayBufferWriter<byte>();
        BinaryTensor.Write(written, spec, request.Inputs[0]);
        return Convert.ToHexString(written.WrittenSpan);
    }

    private static string Fault(ProtobufRequestReader reader, byte[] body) =>
        Assert.Throws<RequestFaultException>(() => reader.Read(body).Dispose()).Message;
}
