using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Protocol.Protobuf;
using ModelServing.Registry;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Inference.Protocol.Protobuf.SomeMessage;

namespace ModelServing.Services.Tests.Inference.Protocol.Protobuf;

/// <summary>Messages that can't be answered. The fault names the field.</summary>
public class ProtobufFaultTests
{
    private static readonly byte[] OneAndTwo = [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40];
    private static readonly byte[] A = Input("a", "FP32", [1, 2], Contents(RawProtobuf.Bytes(6, OneAndTwo)));
    private static readonly byte[] B = Input("b", "INT8", [3], Contents(Packed(2, 1, 2, 3)));
    private static readonly byte[] S = Input("s", "BYTES", [1], Contents(Text(8, "x")));
    private static readonly byte[] F = Input("f", "BOOL", [1], Contents(Packed(1, 1)));

    private static readonly ProtobufRequestReader Reader = new(
        [
            new TensorSpec(new TensorInfo("a", Datatype.Fp32, [-1, 2])),
            new TensorSpec(new TensorInfo("b", Datatype.Int8, [3])) { IsOptional = true },
            new TensorSpec(new TensorInfo("s", Datatype.Bytes, [-1])) { IsOptional = true },
            new TensorSpec(new TensorInfo("f", Datatype.Bool, [-1])) { IsOptional = true },
        ],
        [new TensorSpec(new TensorInfo("sum", Datatype.Fp32, [-1])), new TensorSpec(new TensorInfo("label", Datatype.Int64, [-1]))]);

    [Theory]
    [InlineData("00", "the body can't be read as a message: no field begins at byte 0 of 1")]
    [InlineData("FF", "the body can't be read as a message: no field begins at byte 0 of 1")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF01", "the body can't be read as a message: no field begins at byte 0 of 11")]
    [InlineData("808080808010", "the body can't be read as a message: no field begins at byte 0 of 6")]
    [InlineData("7B22696E", "field 15: it has the wire type 3, which no field of the protocol has")]
    [InlineData("2B2C", "inputs: it has the wire type 3, which no field of the protocol has")]
    [InlineData("0C", "model_name: it has the wire type 4, which no field of the protocol has")]
    [InlineData("0E", "model_name: it has the wire type 6, which no field of the protocol has")]
    [InlineData("0F", "model_name: it has the wire type 7, which no field of the protocol has")]
    [InlineData("0801", "model_name: it has the wire type 0; it must be 2")]
    [InlineData("1D01020304", "id: it has the wire type 5; it must be 2")]
    [InlineData("2A", "inputs: it is not a length: the bytes end within it, or it has more than 64 bits")]
    [InlineData("2AFFFFFFFFFFFFFFFFFF02", "inputs: it is not a length")]
    [InlineData("2A80", "inputs: it is not a length")]
    [InlineData("2A05616263", "inputs: its length is 5, but 3 bytes follow")]
    [InlineData("3AFFFFFFFFFFFFFFFFFF01", "raw_input_contents: its length is 18446744073709551615, but 0 bytes follow")]
    [InlineData("3AFFFFFFFF07", "raw_input_contents: its length is 2147483647, but 0 bytes follow")]
    [InlineData("A006", "field 100: it is not a whole number")]
    [InlineData("A106010203", "field 100: its length is 8, but 3 bytes follow")]
    [InlineData("A50601", "field 100: its length is 4, but 1 bytes follow")]
    [InlineData("0A02C328", "model_name: it has bytes that are not valid UTF-8")]
    [InlineData("120280FF", "model_version: it has bytes that are not valid UTF-8")]
    [InlineData("1A01FF", "id: it has bytes that are not valid UTF-8")]
    [InlineData("2A03123456", "inputs[0].datatype: its length is 52, but 1 bytes follow")]
    [InlineData("2A030A01FF", "inputs[0].name: it has bytes that are not valid UTF-8")]
    [InlineData("2A031201FF", "inputs[0].datatype: it has bytes that are not valid UTF-8")]
    [InlineData("2A0100", "inputs[0]: it can't be read as a message: no field begins at byte 0 of 1")]
    [InlineData("2A0D0A0161120446503332FB2EFC2E", "inputs[0].field 751: it has the wire type 3")]
    [InlineData("2A00", "inputs[0].name: it is missing; the model's inputs are a FP32 [-1,2]")]
    [InlineData("2A030A017A", "inputs[0].name: 'z' is not one of the model's inputs: a FP32 [-1,2]")]
    [InlineData("2A030A0161", "inputs[0].datatype: it is ''; 'a' takes FP32")]
    [InlineData("", "inputs: 'a' is missing; the model takes a FP32 [-1,2]")]
    [InlineData("3200", "outputs[0].name: it is missing; the model's outputs are sum FP32 [-1], label INT64 [-1]")]
    [InlineData("32030A017A", "outputs[0].name: 'z' is not one of the model's outputs: sum FP32 [-1], label INT64 [-1]")]
    [InlineData("32050A0373756D32050A0373756D", "outputs[1].name: 'sum' is duplicated")]
    [InlineData("3202080A", "outputs[0].name: it has the wire type 0; it must be 2")]
    [InlineData("22030A01FF", "parameters.key: it has bytes that are not valid UTF-8")]
    [InlineData("22021001", "parameters.value: it has the wire type 0; it must be 2")]
    public void A_body_that_is_no_such_message_names_its_field(string hex, string fault) =>
        Assert.StartsWith(fault, Fault(Convert.FromHexString(hex)), StringComparison.Ordinal);

    public static TheoryData<byte[], string> Inputs => new()
    {
        { Input("a", "FP32", [1]), "inputs[0].shape: it is [1]; 'a' takes [-1,2], where -1 is any length from 1" },
        { Input("a", "FP32", []), "inputs[0].shape: it is []; 'a' takes [-1,2]" },
        { Input("a", "FP32", [0, 2]), "inputs[0].shape: it is [0,2]; 'a' takes [-1,2]" },
        { Input("a", "FP32", [1, -2]), "inputs[0].shape: dimension 1 must be a whole number that is at least 0" },
        { Input("a", "FP32", [1], RawProtobuf.Number(3, ulong.MaxValue)), "inputs[0].shape: dimension 1 must be a whole number" },
        { Input("a", "FP32", [1], RawProtobuf.Bytes(3, [0x80])), "inputs[0].shape: dimension 1 is not a whole number" },
        { Input("a", "FP32", [1], [0x1D, 0, 0, 0, 0]), "inputs[0].shape: it has the wire type 5; it must be 2" },
        { Input("a", "FP32", [.. new long[65]]), "inputs[0].shape: it has more than 64 dimensions" },
        { Input("a", "FP64", [1, 2]), "inputs[0].datatype: it is 'FP64'; 'a' takes FP32" },
        {
            Input("a", "FP32", [1L << 62, 2]),
            "inputs[0].contents.fp32_contents: it has fewer elements than the shape [4611686018427387904,2] req"
        },
        { Input("a", "FP32", [1, 2]), "inputs[0].contents.fp32_contents: it has 0 elements, but the shape [1,2] requires 2" },
        {
            Typed("a", "FP32", [1, 2], RawProtobuf.Bytes(6, OneAndTwo.AsSpan(0, 4))),
            "inputs[0].contents.fp32_contents: it has 1 elements, but the"
        },
        { Typed("a", "FP32", [1, 2], RawProtobuf.Bytes(6, OneAndTwo.AsSpan(0, 7))), "inputs[0].contents.fp32_contents: it has 7 bytes" },
        {
            Typed("a", "FP32", [1, 2], RawProtobuf.Bytes(6, [.. OneAndTwo, 0, 0, 0, 0])),
            "inputs[0].contents.fp32_contents: it has more than 2"
        },
        { Typed("a", "FP32", [1, 2], [0x31, .. OneAndTwo]), "inputs[0].contents.fp32_contents: it has the wire type 1; it must be 2" },
        { Typed("a", "FP32", [1, 2], RawProtobuf.Number(6, 1)), "inputs[0].contents.fp32_contents: it has the wire type 0; it must be 2" },
        {
            Typed("a", "FP32", [1, 2], Packed(2, 1, 2, 3, 4, 5, 6, 7, 8)),
            "inputs[0].contents.int_contents: 'a' takes FP32, so its elements"
        },
        { Typed("a", "FP32", [1, 2], RawProtobuf.Number(3, 1)), "inputs[0].contents.int64_contents: 'a' takes FP32, so its elements" },
        { Typed("a", "FP32", [1, 2], RawProtobuf.Bytes(6, OneAndTwo), [0x33]), "inputs[0].contents.fp32_contents: it has the wire type 3" },
        { Input("a", "FP32", [1, 2], [0x2D, 0, 0, 0, 0]), "inputs[0].contents: it has the wire type 5; it must be 2" },
        {
            Join(A, Typed("b", "INT8", [3], Packed(2, 1, 128, 3))),
            "inputs[1].contents.int_contents: element 1 is 128; it must be a whole number from -128"
        },
        {
            Join(A, Typed("b", "INT8", [3], Packed(2, 1, 2, -129))),
            "inputs[1].contents.int_contents: element 2 is -129; it must be a whole"
        },
        {
            Join(A, Typed("b", "INT8", [3], Packed(2, 1, 2))),
            "inputs[1].contents.int_contents: it has 2 elements, but the shape [3] requires 3"
        },
        { Join(A, Typed("b", "INT8", [3], Packed(2, 1, 2, 3, 4))), "inputs[1].contents.int_contents: it has more than 3 elements, but" },
        {
            Join(A, Typed("b", "INT8", [3], Packed(2, 1, 2, 3), RawProtobuf.Number(2, 4))),
            "inputs[1].contents.int_contents: it has more than 3"
        },
        {
            Join(A, Typed("b", "INT8", [3], RawProtobuf.Bytes(2, [1, 2, 0x83]))),
            "inputs[1].contents.int_contents: element 2 is not a whole number"
        },
        { Join(A, Typed("s", "BYTES", [1], Text(8, "x"), Text(8, "y"))), "inputs[1].contents.bytes_contents: it has more than 1 elements" },
        {
            Join(A, Typed("s", "BYTES", [2], Text(8, "x"))),
            "inputs[1].contents.bytes_contents: it has 1 elements, but the shape [2] requires 2"
        },
        { Join(A, Typed("s", "BYTES", [1], RawProtobuf.Number(8, 1))), "inputs[1].contents.bytes_contents: it has the wire type 0" },
        { Join(A, Typed("s", "BYTES", [1], [0x42, 5, 0x61])), "inputs[1].contents.bytes_contents: its length is 5, but 1 bytes follow" },
        {
            Join(A, Typed("s", "BYTES", [1L << 40], Text(8, "x"))),
            "inputs[1].contents.bytes_contents: it has fewer elements than the shape"
        },
        { Join(A, Typed("f", "BOOL", [2], Packed(1, 1))), "inputs[1].contents.bool_contents: it has 1 elements" },
        { Join(A, Typed("f", "BOOL", [1], Packed(1, 1, 1))), "inputs[1].contents.bool_contents: it has more than 1 elements" },
        { Join(A, A), "inputs[1].name: 'a' is duplicated" },
        { Join(A, B, S, F, A), "inputs[4].name: 'a' is duplicated" },
        { Join(A, Raw(OneAndTwo)), "inputs[0].contents: it is there, but raw_input_contents is too" },
        {
            Join(Input("a", "FP32", [1, 2], Contents(RawProtobuf.Bytes(6, OneAndTwo)), Contents()), Raw(OneAndTwo)),
            "inputs[0].contents: it is there, but raw_input_contents is too"
        },
        {
            Join(Input("a", "FP32", [1, 2]), B, Raw(OneAndTwo), Raw([1, 2, 3])),
            "inputs[1].contents: it is there, but raw_input_contents is too"
        },
        { Join(Input("a", "FP32", [1, 2]), Raw(OneAndTwo), Raw([1])), "raw_input_contents: it has 2 entries, but there are 1 inputs" },
        {
            Join(Input("a", "FP32", [1, 2]), Input("b", "INT8", [3]), Raw(OneAndTwo)),
            "raw_input_contents: it has 1 entries, but there are 2"
        },
        { Raw(OneAndTwo), "raw_input_contents: it has 1 entries, but there are 0 inputs; each must have one" },
        {
            Join(Input("a", "FP32", [1, 2]), Raw(OneAndTwo.AsSpan(0, 7))),
            "raw_input_contents[0].length: it is 7; the shape [1,2] of FP32 takes 8 bytes"
        },
        {
            Join(Input("a", "FP32", [1L << 62, 2]), Raw(OneAndTwo)),
            "raw_input_contents[0].length: it is 8; the shape [4611686018427387904,2]"
        },
        {
            Join(Input("f", "BOOL", [1]), Raw([2])),
            "raw_input_contents[0]: element 0 of its binary data is 2; an element of BOOL is 0 or 1"
        },
        {
            Join(Input("s", "BYTES", [1]), Raw([9, 0, 0, 0])),
            "raw_input_contents[0]: element 0 of its binary data has the length 9, but 0"
        },
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public void A_wrong_input_names_its_field(byte[] body, string fault) =>
        Assert.StartsWith(fault, Fault(body), StringComparison.Ordinal);

    public static TheoryData<byte[], string> Parameters => new()
    {
        { Parameter(4, "timeout", RawProtobuf.Number(2, ulong.MaxValue)), "parameters.timeout: it must be a whole number of microseconds" },
        { Parameter(4, "timeout", Text(3, "soon")), "parameters.timeout: it must be a whole number of microseconds" },
        { Parameter(4, "timeout", [0x21, 0, 0, 0, 0, 0, 0, 0, 0]), "parameters.timeout: it must be a whole number of microseconds" },
        { Parameter(4, "priority", RawProtobuf.Number(1, 1)), "parameters.priority: it must be a whole number, at least 0" },
        { Parameter(4, "shared_memory_region", Text(3, "r")), "parameters.shared_memory_region: this version does not support it" },
        { Parameter(4, "content_type", Text(3, "base64")), "parameters.content_type: it is 'base64'; data can't be encoded" },
        { Parameter(4, "content_type", Text(3, new string('x', 100))), "parameters.content_type: it is 'xxxx" },
        { Parameter(4, "content_type", Text(3, "str")), "parameters.content_type: it is 'str'; 'a' has no text" },
        { Parameter(4, "x", RawProtobuf.Bytes(3, [0xFF])), "parameters.x.string_param: it has bytes that are not valid UTF-8" },
        { Parameter(4, "x", RawProtobuf.Bytes(1, [1])), "parameters.x.bool_param: it has the wire type 2; it must be 0" },
        { Parameter(4, "x", RawProtobuf.Number(4, 1)), "parameters.x.double_param: it has the wire type 0; it must be 1" },
        { Parameter(4, "x", [0x0B]), "parameters.x.bool_param: it has the wire type 3" },
        { Parameter(4, new string('n', 257)), $"parameters.{new string('n', 80)}...: its name has more than 256 bytes" },
        { Join(Enumerable.Repeat(Parameter(4, "x"), 65)), "parameters: it has more than 64 members" },
        {
            Output("sum", Parameter(2, "classification", RawProtobuf.Number(2, 3))),
            "outputs[0].parameters.classification: this version does"
        },
        {
            Output("sum", Parameter(2, "content_type", Text(3, "str"))),
            "outputs[0].parameters.content_type: it is 'str'; 'sum' has no text"
        },
        { Text(3, new string('i', 4097)), "id: it has more than 4096 bytes" },
    };

    [Theory]
    [MemberData(nameof(Parameters))]
    public void A_wrong_parameter_names_itself(byte[] fields, string fault) =>
        Assert.StartsWith(fault, Fault(Join(A, fields)), StringComparison.Ordinal);

    [Fact]
    public void A_body_that_is_cut_anywhere_is_refused_or_is_a_shorter_request()
    {
        var timeout = Parameter(4, "timeout", RawProtobuf.Number(2, 1));
        var body = Join(Text(3, "id"), A, B, S, F, Output("sum", Parameter(2, "p", Text(3, "v"))), timeout);
        Reader.Read(body).Dispose();
        for (var length = 0; length < body.Length; length++)
        {
            if (Record.Exception(() => Reader.Read(body.AsSpan(0, length)).Dispose()) is { } fault)
                Assert.IsType<RequestFaultException>(fault);
        }
    }

    private static byte[] Typed(string name, string datatype, long[] shape, params IEnumerable<byte[]> contents) =>
        Input(name, datatype, shape, Contents(contents));

    private static string Fault(byte[] body) => Assert.Throws<RequestFaultException>(() => Reader.Read(body).Dispose()).Message;
}
