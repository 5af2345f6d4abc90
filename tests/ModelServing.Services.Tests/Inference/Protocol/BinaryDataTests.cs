using System.Buffers;
using System.Text;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Inference.Protocol;

/// <summary>Inputs as bytes behind the JSON of a request.</summary>
public class BinaryDataTests
{
    private static readonly InferRequestReader Pair = new(
        [new TensorSpec(new TensorInfo("a", Datatype.Fp32, [-1, 2])), new TensorSpec(new TensorInfo("b", Datatype.Bytes, [-1]))],
        [new TensorSpec(new TensorInfo("sum", Datatype.Fp32, [-1])), new TensorSpec(new TensorInfo("label", Datatype.Int64, [-1]))]);

    private static readonly byte[] OneAndTwo = [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40];

    [Theory]
    [InlineData(Datatype.Bool, "0100", "[true,false]")]
    [InlineData(Datatype.Int8, "807F", "[-128,127]")]
    [InlineData(Datatype.Int16, "0080FF7F", "[-32768,32767]")]
    [InlineData(Datatype.Int32, "00000080FFFFFF7F", "[-2147483648,2147483647]")]
    [InlineData(Datatype.Int64, "0000000000000080FFFFFFFFFFFFFF7F", "[-9223372036854775808,9223372036854775807]")]
    [InlineData(Datatype.Uint8, "01FF", "[1,255]")]
    [InlineData(Datatype.Uint16, "0100FFFF", "[1,65535]")]
    [InlineData(Datatype.Uint32, "01000000FFFFFFFF", "[1,4294967295]")]
    [InlineData(Datatype.Uint64, "0100000000000000FFFFFFFFFFFFFFFF", "[1,18446744073709551615]")]
    [InlineData(Datatype.Fp16, "0038007C", "[0.5,\"Infinity\"]")]
    [InlineData(Datatype.Bf16, "003FC0FF", "[0.5,\"NaN\"]")]
    [InlineData(Datatype.Fp32, "0000003F000080FF", "[0.5,\"-Infinity\"]")]
    [InlineData(Datatype.Fp64, "000000000000E03F000000000000F8FF", "[0.5,\"NaN\"]")]
    [InlineData(Datatype.Bytes, "0000000003000000C3A421", "[\"\",\"\u00e4!\"]")]
    public void Each_data_type_is_the_same_as_bytes_and_as_JSON(Datatype datatype, string hex, string json)
    {
        var spec = new TensorSpec(new TensorInfo("x", datatype, [-1]));
        var reader = new InferRequestReader([spec], []);
        var data = Convert.FromHexString(hex);
        var name = DatatypeNames.NameOf(datatype);
        using var binary = Read(
            reader, $$$"""{"inputs":[{"name":"x","shape":[2],"datatype":"{{{name}}}","parameters":{"binary_data_size":{{{data.Length}}}}}]}""", data);
        using var text = reader.Read(Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"x","shape":[2],"datatype":"{{name}}","data":{{json}}}]}"""));
        foreach (var request in (InferRequest[])[binary, text])
        {
            var written = new ArrayBufferWriter<byte>();
            BinaryTensor.Write(written, spec, request.Inputs[0]);
            Assert.Equal(hex, Convert.ToHexString(written.WrittenSpan));
            Assert.Equal(data.Length, BinaryTensor.LengthOf(spec, request.Inputs[0]));
        }
    }

    [Fact]
    public void Binary_and_JSON_inputs_may_be_mixed_in_any_order()
    {
        const string A = """{"parameters":{"binary_data_size":8},"datatype":"FP32","shape":[1,2],"name":"a"}""";
        const string B = """{"name":"b","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":9}}""";
        const string TextB = """{"name":"b","shape":[2],"datatype":"BYTES","data":["",""]}""";
        byte[] texts = [0, 0, 0, 0, 1, 0, 0, 0, 0xFF];
        foreach (var (inputs, data) in (List<(string, byte[])>)
            [($"{A},{B}", [.. OneAndTwo, .. texts]), ($"{B},{A}", [.. texts, .. OneAndTwo]), ($"{TextB},{A}", OneAndTwo)])
        {
            using var request = Read(Pair, $$"""{"inputs":[{{inputs}}]}""", data);
            Assert.Equal([1f, 2f], request.Inputs[0].Elements<float>().ToArray());
            Assert.Equal(
                inputs.Contains(TextB, StringComparison.Ordinal) ? [] : [0xFF],
                request.Inputs[1].Value.GetStringElementAsSpan(1).ToArray());
            Assert.Null(request.Binary);
        }
    }

    [Fact]
    public void Empty_data_and_null_for_the_other_form_are_accepted()
    {
        var reader = new InferRequestReader([new TensorSpec(new TensorInfo("x", Datatype.Fp32, [0]))], []);
        using var none = Read(
            reader, """{"inputs":[{"name":"x","shape":[0],"datatype":"FP32","data":null,"parameters":{"binary_data_size":0}}]}""", []);
        Assert.Equal(0, none.Inputs[0].Count);
        using var json = Read(
            reader, """{"inputs":[{"name":"x","shape":[0],"datatype":"FP32","data":[],"parameters":{"binary_data_size":null}}]}""", []);
        Assert.Equal(0, json.Inputs[0].Count);
    }

    [Theory]
    [InlineData("""{"inputs":[AB]}""", null)]
    [InlineData("""{"parameters":{"binary_data_output":true},"inputs":[AB]}""", "True,True")]
    [InlineData("""{"outputs":[{"name":"label"}],"parameters":{"binary_data_output":true},"inputs":[AB]}""", "True")]
    [InlineData("""{"inputs":[AB],"outputs":[{"name":"label","parameters":{"binary_data":true}},{"name":"sum"}]}""", "True,False")]
    [InlineData(
        """{"outputs":[{"name":"label"},{"name":"sum","parameters":{"binary_data":false}}],"inputs":[AB],"parameters":{"binary_data_output":true}}""",
        "True,False")]
    [InlineData(
        """{"parameters":{"binary_data_output":false},"outputs":[{"name":"sum","parameters":{"binary_data":false}}],"inputs":[AB]}""",
        null)]
    public void An_output_is_binary_as_it_says_or_else_as_the_request_says(string body, string? binary)
    {
        using var request = Pair.Read(Encoding.UTF8.GetBytes(body.Replace("AB", AB, StringComparison.Ordinal)));
        Assert.Equal(binary, request.Binary is null ? null : string.Join(',', request.Binary));
    }

    [Fact]
    public void A_body_without_JSON_is_the_only_input_and_all_outputs_are_binary()
    {
        var reader = new InferRequestReader(
            [new TensorSpec(new TensorInfo("x", Datatype.Fp32, [-1, 2]))], [new TensorSpec(new TensorInfo("y", Datatype.Fp32, [-1]))]);
        using var request = reader.Read([.. OneAndTwo, .. OneAndTwo], 0);
        Assert.Equal([2L, 2L], request.Inputs[0].Shape);
        Assert.Equal([1f, 2f, 1f, 2f], request.Inputs[0].Elements<float>().ToArray());
        Assert.Equal((null, "0", "True"), (request.Id, string.Join(',', request.Outputs), string.Join(',', request.Binary!)));

        var text = new InferRequestReader([new TensorSpec(new TensorInfo("x", Datatype.Bytes, [-1, 1]))], []);
        using var whole = text.Read([0xFF, 0], 0);
        Assert.Equal([1L, 1L], whole.Inputs[0].Shape);
        Assert.Equal([0xFF, 0], whole.Inputs[0].Value.GetStringElementAsSpan(0).ToArray());

        var two = new InferRequestReader([new TensorSpec(new TensorInfo("x", Datatype.Uint8, [-1, -1, 3]))], []);
        using var row = two.Read([1, 2, 3, 4, 5, 6], 0);
        Assert.Equal([1L, 2L, 3L], row.Inputs[0].Shape);
    }

    [Theory]
    [InlineData(
        Datatype.Fp32, new long[] { -1, 2 }, 12,
        "it is 0, so the body is the data of 'x' [-1,2]; it has 12 bytes, and must have a multiple of 8")]
    [InlineData(Datatype.Fp32, new long[] { -1, 2 }, 0, "it is 0, so the body is the data of 'x' [-1,2]; it has 0 bytes, and must")]
    [InlineData(
        Datatype.Fp32, new long[] { -1, 0 }, 8,
        "it is 0, so the body is the data of 'x' [-1,0]; it has 8 bytes, and must have a multiple of 0")]
    [InlineData(Datatype.Int8, new long[] { 3 }, 4, "it is 0, so the body is the data of 'x' [3]; it has 4 bytes, and must have 3")]
    [InlineData(Datatype.Int8, new long[] { 1, -1, -1 }, 4, "it is 0, but the lengths of 'x' [1,-1,-1] do not follow")]
    [InlineData(Datatype.Int8, new long[] { long.MaxValue, long.MaxValue }, 4, "it is 0, so the body is the data of 'x'")]
    [InlineData(Datatype.Bytes, new long[] { 2 }, 4, "it is 0, which is for one element of BYTES; 'x' takes [2]")]
    public void A_body_without_JSON_must_have_the_bytes_of_the_input(Datatype datatype, long[] shape, int bytes, string fault)
    {
        var reader = new InferRequestReader([new TensorSpec(new TensorInfo("x", datatype, shape))], []);
        Assert.StartsWith(
            "Inference-Header-Content-Length: " + fault,
            Assert.Throws<RequestFaultException>(() => reader.Read(new byte[bytes], 0)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_without_JSON_is_refused_by_a_model_with_two_inputs() =>
        Assert.StartsWith(
            "Inference-Header-Content-Length: it is 0, which is for models with one input; this one takes a FP32 [-1,2], b BYTES [-1]",
            Assert.Throws<RequestFaultException>(() => Pair.Read(OneAndTwo, 0)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("[1,2]", "8", 7, "inputs[0].parameters.binary_data_size: it is 8, but 7 bytes are left")]
    [InlineData("[1,2]", "8", 9, "Inference-Header-Content-Length: 1 bytes at the end of the body belong to no input")]
    [InlineData("[1,2]", "7", 7, "inputs[0].parameters.binary_data_size: it is 7; the shape [1,2] of FP32 takes 8 bytes")]
    [InlineData("[1,2]", "-1", 8, "inputs[0].parameters.binary_data_size: it must be the number")]
    [InlineData("[1,2]", "\"8\"", 8, "inputs[0].parameters.binary_data_size: it must be the number")]
    [InlineData("[1,2]", "8.5", 8, "inputs[0].parameters.binary_data_size: it must be the number")]
    [InlineData("[1,2]", "9223372036854775807", 8, "inputs[0].parameters.binary_data_size: it is 9223372036854775807, but 8 bytes")]
    [InlineData("[1,2]", "9223372036854775808", 8, "inputs[0].parameters.binary_data_size: it must be the number")]
    [InlineData("[0,2]", "0", 0, "inputs[0].shape: it is [0,2]")]
    [InlineData("[4611686018427387904,2]", "0", 0, "inputs[0].parameters.binary_data_size: it is 0; the shape [4611686018427387904,2]")]
    [InlineData("[2]", "8", 8, "inputs[0].shape: it is [2]")]
    public void A_wrong_size_names_its_field(string shape, string size, int bytes, string fault)
    {
        var json = $$$"""{"inputs":[{"name":"a","shape":{{{shape}}},"datatype":"FP32","parameters":{"binary_data_size":{{{size}}}}},{{{B}}}]}""";
        Assert.StartsWith(fault, Fault(json, new byte[bytes]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1]", "", "inputs[0].parameters.binary_data_size: it is 0; the shape [1] of BYTES takes at least 4 bytes")]
    [InlineData("[2]", "01000000FF01000000", "inputs[0]: element 1 of its binary data has the length 1, but 0 bytes follow")]
    [InlineData("[2]", "0400000000000000", "inputs[0]: its binary data end before element 1 of 2")]
    [InlineData("[1]", "FFFFFFFF", "inputs[0]: element 0 of its binary data has the length 4294967295, but 0 bytes follow")]
    [InlineData("[1]", "0000000000", "inputs[0]: its binary data have 1 bytes after the last of 1 elements")]
    [InlineData("[1000000000]", "00000000", "inputs[0].parameters.binary_data_size: it is 4; the shape [1000000000] of BYTES")]
    public void Wrong_texts_name_their_field(string shape, string hex, string fault)
    {
        var data = Convert.FromHexString(hex);
        var json = $$$"""{"inputs":[{"name":"b","shape":{{{shape}}},"datatype":"BYTES","parameters":{"binary_data_size":{{{data.Length}}}}}]}""";
        Assert.StartsWith(fault, Fault(json, data), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bool_is_0_or_1()
    {
        var reader = new InferRequestReader([new TensorSpec(new TensorInfo("x", Datatype.Bool, [-1]))], []);
        const string Json = """{"inputs":[{"name":"x","shape":[3],"datatype":"BOOL","parameters":{"binary_data_size":3}}]}""";
        Assert.Equal(
            "inputs[0]: element 2 of its binary data is 255; an element of BOOL is 0 or 1",
            Assert.Throws<RequestFaultException>(() => Read(reader, Json, [0, 1, 255])).Message);
    }

    [Theory]
    [InlineData(
        """{"parameters":{"binary_data_size":8},"inputs":[AB]}""",
        "parameters.binary_data_size: it is not a parameter of the request; that is 'binary_data_output'")]
    [InlineData("""{"parameters":{"binary_data":true},"inputs":[AB]}""", "parameters.binary_data: it is not a parameter of the request")]
    [InlineData(
        """{"parameters":{"Binary-Data-Output":true},"inputs":[AB]}""",
        "parameters.Binary-Data-Output: it is not a parameter of the request")]
    [InlineData("""{"parameters":{"binary_data_output":1},"inputs":[AB]}""", "parameters.binary_data_output: it must be true or false")]
    [InlineData(
        """{"inputs":[AB],"outputs":[{"name":"sum","parameters":{"binary_data":"true"}}]}""",
        "outputs[0].parameters.binary_data: it must be true or")]
    [InlineData(
        """{"inputs":[AB],"outputs":[{"name":"sum","parameters":{"binary_data_size":1}}]}""",
        "outputs[0].parameters.binary_data_size: it is not a parameter of an output; that is 'binary_data'")]
    [InlineData(
        """{"parameters":{"timeout":-1},"inputs":[AB]}""",
        "parameters.timeout: it must be a whole number of microseconds, at least 0")]
    [InlineData("""{"parameters":{"timeout":"9"},"inputs":[AB]}""", "parameters.timeout: it must be a whole number of microseconds")]
    [InlineData("""{"parameters":{"priority":1.5},"inputs":[AB]}""", "parameters.priority: it must be a whole number, at least 0")]
    [InlineData("""{"model_name":1,"inputs":[AB]}""", "model_name: it must be a string")]
    [InlineData("""{"model_version":"1","model_version":"1","inputs":[AB]}""", "model_version: it is duplicated")]
    public void A_wrong_parameter_names_itself(string body, string fault) =>
        Assert.StartsWith(
            fault,
            Fault(body.Replace("AB", AB, StringComparison.Ordinal), []),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(
        """{"inputs":[{"name":"b","shape":[1],"datatype":"BYTES","data":["a"],"parameters":{"binary_data_size":0}}]}""",
        "it is there, but 'binary_data_size'")]
    [InlineData(
        """{"inputs":[{"name":"b","shape":[1],"datatype":"BYTES"}]}""",
        "it is missing, and so is the parameter 'binary_data_size'")]
    public void Data_are_in_one_place(string json, string fault) =>
        Assert.StartsWith("inputs[0].data: " + fault, Fault(json, []), StringComparison.Ordinal);

    [Theory]
    [InlineData("0", null)]
    [InlineData("1", 1L)]
    [InlineData("2500000", 2_500_000L)]
    [InlineData("18446744073709551615", null)]
    [InlineData("null", null)]
    public void The_timeout_is_in_microseconds_and_0_is_none(string timeout, long? microseconds)
    {
        using var request = Pair.Read(Encoding.UTF8.GetBytes(
            $$$"""{"parameters":{"timeout":{{{timeout}}},"priority":18446744073709551615},"inputs":[{{{AB}}}]}"""));
        Assert.Equal(microseconds is { } value ? TimeSpan.FromMicroseconds(value) : null, request.Timeout);
    }

    private const string B = """{"name":"b","shape":[1],"datatype":"BYTES","data":["a"]}""";

    private const string AB = """{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,2]},""" + B;

    private static InferRequest Read(InferRequestReader reader, string json, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(json);
        return reader.Read([.. text, .. data], text.Length);
    }

    private static string Fault(string json, byte[] data) =>
        Assert.Throws<RequestFaultException>(() => Read(Pair, json, data).Dispose()).Message;
}
