using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Inference.Protocol;

public class InferRequestReaderTests
{
    private static readonly InferRequestReader Pair = new(
        [new TensorSpec(new TensorInfo("a", Datatype.Fp32, [-1, 2])), new TensorSpec(new TensorInfo("b", Datatype.Int64, [3]))],
        [new TensorSpec(new TensorInfo("sum", Datatype.Fp32, [-1])), new TensorSpec(new TensorInfo("label", Datatype.Int64, [-1]))]);

    private const string B = """{"name":"b","shape":[3],"datatype":"INT64","data":[1,2,3]}""";

    private static readonly string[] Pieces =
    [
        "", "[", "]", "{", "}", ",", "\"", "0", "-1", "1e999", "null", "\\", ":", "\"data\":", "\\ud83d", "\udbff",
    ];

    [Fact]
    public void Inputs_are_put_in_the_models_order()
    {
        using var request =
            Pair.Read(Utf8($$"""{"inputs":[{{B}},{"name":"a","shape":[1,2],"datatype":"FP32","data":[1.5,-2]}],"id":"x"}"""));
        Assert.Equal([1.5f, -2f], request.Inputs[0].Elements<float>().ToArray());
        Assert.Equal([1L, 2L, 3L], request.Inputs[1].Elements<long>().ToArray());
        Assert.Equal("x", request.Id);
        Assert.Equal([0, 1], request.Outputs);
    }

    [Fact]
    public void Members_may_come_in_any_order_and_data_flat_or_nested()
    {
        string[] members = ["\"name\":\"a\"", "\"shape\":[2,2]", "\"datatype\":\"FP32\"", "\"parameters\":{\"x\":[1,{\"y\":2}]}"];
        var gen = Gen.Select(Gen.Shuffle((int[])[0, 1, 2, 3, 4]), Gen.Bool);
        gen.Sample((order, nested) =>
        {
            var data = nested ? "\"data\":[[1,2],[3,4]]" : "\"data\":[1,2,3,4]";
            var a = string.Join(" , ", order.Select(i => i < 4 ? members[i] : data));
            using var request = Pair.Read(Utf8($$"""{"inputs":[{ {{a}} },{{B}}]}"""));
            Assert.Equal([1f, 2f, 3f, 4f], request.Inputs[0].Elements<float>().ToArray());
            Assert.Equal([2L, 2L], request.Inputs[0].Shape);
        });
    }

    [Fact]
    public void The_named_outputs_are_wanted_and_an_empty_list_means_all()
    {
        using var request =
            Pair.Read(
                Utf8($$$"""{"inputs":[{{{A("[1,2]", "[1,2]")}}},{{{B}}}],"outputs":[{"name":"label"},{"name":"sum","parameters":{}}]}"""));
        Assert.Equal([1, 0], request.Outputs);
        using var none = Pair.Read(Utf8($$"""{"inputs":[{{A("[1,2]", "[1,2]")}},{{B}}],"outputs":[]}"""));
        Assert.Equal([0, 1], none.Outputs);
    }

    [Theory]
    [InlineData("", "the body is not valid JSON: ")]
    [InlineData("[]", "the body must be a JSON object")]
    [InlineData("""{"inputs":[AB]} x""", "the body is not valid JSON: ")]
    [InlineData("""{"inputs":[AB""", "the body is not valid JSON: ")]
    [InlineData("""{"inputs":{}}""", "inputs: it must be an array of tensors")]
    [InlineData("""{"inputs":[]}""", "inputs: 'a' is missing; the model takes a FP32 [-1,2], b INT64 [3]")]
    [InlineData("""{"inputs":[1]}""", "inputs[0]: it must be an object")]
    [InlineData("""{"inputs":[AB],"inputs":[AB]}""", "inputs: it is duplicated")]
    [InlineData("""{"inputs":[],"inputs":[AB]}""", "inputs: it is duplicated")]
    [InlineData("""{"inputs":null}""", "inputs: 'a' is missing")]
    [InlineData("""{"id":"a","inputs":[AB],"id":"b"}""", "id: it is duplicated")]
    [InlineData("""{"id":null,"inputs":[AB],"id":null}""", "id: it is duplicated")]
    [InlineData("""{"outputs":[],"inputs":[AB],"outputs":[]}""", "outputs: it is duplicated")]
    [InlineData("""{"parameters":{},"inputs":[AB],"parameters":{}}""", "parameters: it is duplicated")]
    [InlineData("""{"parameters":{"p":1,"p":1},"inputs":[AB]}""", "parameters.p: it is duplicated")]
    [InlineData("""{"inputs":[AB],"outputs":[{"name":"sum","name":"label"}]}""", "outputs[0].name: it is duplicated")]
    [InlineData(
        """{"inputs":[AB],"outputs":[{"parameters":{},"name":"sum","parameters":{}}]}""",
        "outputs[0].parameters: it is duplicated")]
    [InlineData("""{"parameters":{"content_type":"pd"},"inputs":[AB]}""", "parameters.content_type: it is 'pd'; data can't be encoded")]
    [InlineData("""{"parameters":{"content_type":"str"},"inputs":[AB]}""", "parameters.content_type: it is 'str'; 'a' has no text")]
    [InlineData(
        """{"inputs":[AB],"outputs":[{"name":"sum","parameters":{"content_type":"base64"}}]}""",
        "outputs[0].parameters.content_type: it is 'base64'")]
    [InlineData(
        """{"inputs":[AB],"outputs":[{"name":"sum","parameters":{"content_type":"str"}}]}""",
        "outputs[0].parameters.content_type: it is 'str'; 'sum' has no text")]
    [InlineData("""{"input":[]}""", "input: unknown; the known members here are id, parameters, inputs, outputs")]
    [InlineData("""{"id":1,"inputs":[AB]}""", "id: it must be a string")]
    [InlineData(
        """{"inputs":[AB],"outputs":[{"name":"x"}]}""",
        "outputs[0].name: 'x' is not one of the model's outputs: sum FP32 [-1], label INT64 [-1]")]
    [InlineData("""{"inputs":[AB],"outputs":[{"name":"sum"},{"name":"sum"}]}""", "outputs[1].name: 'sum' is duplicated")]
    [InlineData("""{"inputs":[AB],"outputs":[{}]}""", "outputs[0].name: it is missing")]
    [InlineData(
        """{"inputs":[AB],"outputs":[{"name":"sum","parameters":{"classification":3}}]}""",
        "outputs[0].parameters.classification: this version does not support it")]
    public void A_fault_in_the_body_names_its_field(string body, string message) =>
        Assert.StartsWith(
            message,
            Fault(Pair, body.Replace("AB", $"{A("[1,2]", "[1,2]")},{B}", StringComparison.Ordinal)),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(64, null)]
    [InlineData(65, "inputs[0].parameters: it has more than 64 members")]
    [InlineData(200_000, "inputs[0].parameters: it has more than 64 members")]
    public void The_number_of_parameters_is_limited(int count, string? message)
    {
        var parameters = string.Join(',', Enumerable.Range(0, count).Select(static i => $"\"p-{i}\":0"));
        var a = A("[1,2]", "[1,2]").Replace("{", $"{{\"parameters\":{{{parameters}}},", StringComparison.Ordinal);
        var body = $$"""{"inputs":[{{a}},{{B}}]}""";
        if (message is null)
            Pair.Read(Utf8(body)).Dispose();
        else
            Assert.Equal(message, Fault(Pair, body));
    }

    [Fact]
    public void The_length_of_a_parameters_name_is_limited()
    {
        var name = new string('n', 257);
        Assert.StartsWith(
            $"parameters.{name[..80]}...: its name has more than 256 bytes",
            Fault(Pair, $$$"""{"parameters":{"{{{name}}}":0},"inputs":[{{{A("[1,2]", "[1,2]")}}},{{{B}}}]}"""),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"shape":[1,2],"datatype":"FP32","data":[1,2]}""", "inputs[1].name: it is missing; the model takes a FP32 [-1,2]")]
    [InlineData("""{"name":7,"shape":[1,2],"datatype":"FP32","data":[1,2]}""", "inputs[1].name: it must be a string")]
    [InlineData("""{"name":"c","shape":[1,2],"datatype":"FP32","data":[1,2]}""", "inputs[1].name: 'c' is not one of the model's inputs")]
    [InlineData("""{"name":"b","shape":[3],"datatype":"INT64","data":[1,2,3]}""", "inputs[1].name: 'b' is duplicated")]
    [InlineData("""{"name":"a","datatype":"FP32","data":[1,2]}""", "inputs[1].shape: it is missing; 'a' takes [-1,2]")]
    [InlineData("""{"name":"a","name":"b","shape":[1,2],"datatype":"FP32","data":[1,2]}""", "inputs[1].name: it is duplicated")]
    [InlineData("""{"name":"a","shape":[1,2],"shape":[1,2],"datatype":"FP32","data":[1,2]}""", "inputs[1].shape: it is duplicated")]
    [InlineData("""{"name":"a","shape":[1,2],"datatype":"FP32","datatype":"FP32","data":[1,2]}""", "inputs[1].datatype: it is duplicated")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,2],"name":"b","datatype":"INT64"}""",
        "inputs[1].name: it is duplicated")]
    [InlineData(
        """{"name":"a","parameters":{},"shape":[1,2],"datatype":"FP32","parameters":null,"data":[1,2]}""",
        "inputs[1].parameters: it is duplicated")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,2],"parameters":{"content_type":"base64"}}""",
        "inputs[1].parameters.content_type: it is 'base64'; data can't be encoded, so it may only be 'np'")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,2],"parameters":{"Content-Encoding":"gzip"}}""",
        "inputs[1].parameters.Content-Encoding: it is 'gzip'; data can't be encoded, so it may only be one of identity, none")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,2],"parameters":{"encoding":7}}""",
        "inputs[1].parameters.encoding: it is not a string")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,2],"parameters":{"content_type":"str"}}""",
        "inputs[1].parameters.content_type: it is 'str'; 'a' has no text")]
    [InlineData("""{"name":"a","shape":[1,2],"data":[1,2]}""", "inputs[1].datatype: it is missing; 'a' takes FP32")]
    [InlineData("""{"name":"a","shape":[1,2],"datatype":"FP64","data":[1,2]}""", "inputs[1].datatype: it is 'FP64'; 'a' takes FP32")]
    [InlineData("""{"name":"a","shape":[1,2],"data":[1,2],"datatype":"FP64"}""", "inputs[1].datatype: it is 'FP64'; 'a' takes FP32")]
    [InlineData("""{"name":"a","shape":[1,2],"datatype":"FP32"}""", "inputs[1].data: it is missing")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}""",
        "inputs[1].parameters.binary_data_size: it is 8, but 0 bytes are left")]
    [InlineData("""{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,2],"data":[1,2]}""", "inputs[1].data: it is duplicated")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","dta":[1,2]}""",
        "inputs[1].dta: unknown; the known members here are name, shape, datatype, parameters, data")]
    [InlineData("""{"name":"a","shape":[1,2,1],"datatype":"FP32","data":[1,2]}""", "inputs[1].shape: it is [1,2,1]; 'a' takes [-1,2]")]
    [InlineData(
        """{"name":"a","shape":[0,2],"datatype":"FP32","data":[]}""",
        "inputs[1].shape: it is [0,2]; 'a' takes [-1,2], where -1 is any length from 1")]
    [InlineData(
        """{"name":"a","shape":[-1,2],"datatype":"FP32","data":[1,2]}""",
        "inputs[1].shape: dimension 0 must be a whole number that is at least 0")]
    [InlineData(
        """{"name":"a","shape":[1.5,2],"datatype":"FP32","data":[1,2]}""",
        "inputs[1].shape: dimension 0 must be a whole number that is at least 0")]
    [InlineData("""{"name":"a","shape":"1,2","datatype":"FP32","data":[1,2]}""", "inputs[1].shape: it must be an array of whole numbers")]
    [InlineData("""{"name":"a","shape":[1,2],"datatype":"FP32","data":1}""", "inputs[1].data: it must be an array of elements")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","data":[1]}""",
        "inputs[1].data: it has 1 elements, but the shape [1,2] requires 2")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","data":[]}""",
        "inputs[1].data: it has 0 elements, but the shape [1,2] requires 2")]
    [InlineData("""{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,2,3]}""", "inputs[1].data: it has more than 2 elements")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,"two"]}""",
        "inputs[1].data: element 1 is 'two'; it must be a 32-bit number (FP32)")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,true]}""",
        "inputs[1].data: element 1 is true; it must be a 32-bit number")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,{}]}""",
        "inputs[1].data: element 1 is an object; it must be a 32-bit number")]
    [InlineData(
        """{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,1e39]}""",
        "inputs[1].data: element 1 is 1e39; it must be a 32-bit number (FP32)")]
    [InlineData("""{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,[2]]}""", "inputs[1].data: element 1 is an array")]
    [InlineData(
        """{"name":"a","shape":[2,2],"datatype":"FP32","data":[[1,2,3],[4]]}""",
        "inputs[1].data: an array before element 3 has 3 entries, but the shape [2,2] requires 2")]
    [InlineData(
        """{"name":"a","shape":[2,2],"datatype":"FP32","data":[[1,2]]}""",
        "inputs[1].data: an array before element 2 has 1 entries, but the shape [2,2] requires 2")]
    [InlineData(
        """{"name":"a","shape":[2,2],"datatype":"FP32","data":[[1,2],3,4]}""",
        "inputs[1].data: element 2 is not nested deeply enough; elements must be flat in row-major order, or nested like the shape [2,2]")]
    [InlineData("""{"name":"a","shape":[1,2],"datatype":"FP32","data":[[[1,2]]]}""", "inputs[1].data: element 0 is an array")]
    [InlineData(
        """{"name":"a","shape":[1000000000,2],"datatype":"FP32","data":[1]}""",
        "inputs[1].data: it has fewer elements than the shape [1000000000,2] requires")]
    [InlineData(
        """{"name":"a","shape":[9223372036854775807,2],"datatype":"FP32","data":[1]}""",
        "inputs[1].data: it has fewer elements than the shape")]
    public void A_fault_in_an_input_names_its_field_and_the_expected_value(string input, string message) =>
        Assert.StartsWith(message, Fault(Pair, $$"""{"inputs":[{{B}},{{input}}]}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData(Datatype.Bool, "true", "1")]
    [InlineData(Datatype.Int8, "-128", "128")]
    [InlineData(Datatype.Int16, "32767", "32768")]
    [InlineData(Datatype.Int32, "-2147483648", "2147483648")]
    [InlineData(Datatype.Int64, "9223372036854775807", "9223372036854775808")]
    [InlineData(Datatype.Uint8, "255", "-1")]
    [InlineData(Datatype.Uint16, "65535", "65536")]
    [InlineData(Datatype.Uint32, "4294967295", "1.5")]
    [InlineData(Datatype.Uint64, "18446744073709551615", "1e3")]
    [InlineData(Datatype.Fp16, "65504", "65520")]
    [InlineData(Datatype.Bf16, "3.3895314E+38", "3.4e38")]
    [InlineData(Datatype.Fp32, "3.4028235E+38", "1e39")]
    [InlineData(Datatype.Fp64, "1.7976931348623157E+308", "1e309")]
    [InlineData(Datatype.Bytes, "\"a\\u00e9\\\"\"", "7")]
    public void Each_data_type_accepts_its_range_and_nothing_else(Datatype datatype, string good, string bad)
    {
        var reader = new InferRequestReader([new TensorSpec(new TensorInfo("x", datatype, [-1]))], []);
        string Body(string element) =>
            $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"{{DatatypeNames.NameOf(datatype)}}","data":[{{element}}]}]}""";
        using var request = reader.Read(Utf8(Body(good)));
        Assert.Equal(
            JsonNode.Parse(good)!.ToJsonString(),
            JsonNode.Parse(Elements(datatype, request.Inputs[0]))![0]!.ToJsonString(),
            ignoreCase: true);
        Assert.Contains(
            DatatypeNames.NameOf(datatype) == "BYTES" ? "a string" : $"({DatatypeNames.NameOf(datatype)})",
            Fault(reader, Body(bad)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Datatype.Fp16)]
    [InlineData(Datatype.Bf16)]
    [InlineData(Datatype.Fp32)]
    [InlineData(Datatype.Fp64)]
    public void NaN_and_the_infinities_are_strings_in_both_directions(Datatype datatype)
    {
        var reader = new InferRequestReader([new TensorSpec(new TensorInfo("x", datatype, [-1]))], []);
        const string Data = """["NaN","Infinity","-Infinity"]""";
        using var request =
            reader.Read(
                Utf8($$"""{"inputs":[{"name":"x","shape":[3],"datatype":"{{DatatypeNames.NameOf(datatype)}}","data":{{Data}}}]}"""));
        Assert.Equal(Data, Elements(datatype, request.Inputs[0]));
        using var unset = reader.Read(
            Utf8($$"""{"inputs":[{"name":"x","shape":[1],"datatype":"{{DatatypeNames.NameOf(datatype)}}","data":[null]}]}"""));
        Assert.Equal("[\"NaN\"]", Elements(datatype, unset.Inputs[0]));
    }

    [Fact]
    public void Every_float_comes_back_with_the_same_bits()
    {
        var reader = new InferRequestReader([new TensorSpec(new TensorInfo("x", Datatype.Fp32, [-1]))], []);
        Gen.Float.Where(float.IsFinite).Array[1, 20].Sample(values =>
        {
            var data = string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
            using var request =
                reader.Read(Utf8($$"""{"inputs":[{"name":"x","shape":[{{values.Length}}],"datatype":"FP32","data":[{{data}}]}]}"""));
            Assert.Equal(values, request.Inputs[0].Elements<float>().ToArray());
            Assert.Equal(values, JsonSerializer.Deserialize<float[]>(Elements(Datatype.Fp32, request.Inputs[0])));
        });
    }

    [Fact]
    public void Every_half_comes_back_with_the_same_bits()
    {
        var format = TensorFormat.For(Datatype.Fp16);
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var half = BitConverter.UInt16BitsToHalf((ushort)bits);
            if (!Half.IsFinite(half))
                continue;
            using var tensor = format.Create([1]);
            tensor.Elements<Float16>()[0] = new Float16((ushort)bits);
            var json = Utf8(Elements(Datatype.Fp16, tensor));
            var reader = new Utf8JsonReader(json);
            reader.Read();
            using var read = format.Read(ref reader, json, [1], 1, new DataField(0));
            Assert.Equal(bits, read.Elements<Float16>()[0].value);
        }
    }

    [Fact]
    public void Null_for_an_optional_member_is_as_if_it_were_absent()
    {
        var a = """{"name":"a","parameters":null,"shape":[1,2],"datatype":"FP32","data":[1,2]}""";
        using var request = Pair.Read(Utf8($$$"""{"id":null,"parameters":null,"outputs":null,"inputs":[{{{a}}},{{{B}}}]}"""));
        Assert.Null(request.Id);
        Assert.Equal([0, 1], request.Outputs);
        using var other = Pair.Read(Utf8(
            $$$"""{"inputs":[{{{A("[1,2]", "[1,2]")}}},{{{B}}}],"outputs":[{"name":"sum","parameters":null}]}"""));
        Assert.Equal([0], other.Outputs);
        using var unset = Pair.Read(Utf8(
            $$$"""{"parameters":{"content_type":null,"binary_data_size":null},"inputs":[{{{A("[1,2]", "[1,2]")}}},{{{B}}}]}"""));
        Assert.Equal([0, 1], unset.Outputs);
    }

    [Fact]
    public void A_declared_form_that_is_the_usual_one_is_accepted()
    {
        var reader = new InferRequestReader([new TensorSpec(new TensorInfo("x", Datatype.Bytes, [-1]))], []);
        foreach (var parameters in (string[])
            ["""{"content_type":"str"}""", """{"content_type":"np"}""", """{"charset":"UTF-8","compression":"none","mine":"base64"}"""])
        {
            using var request = reader.Read(Utf8(
                $$"""{"inputs":[{"name":"x","parameters":{{parameters}},"shape":[1],"datatype":"BYTES","data":["aGk="]}]}"""));
            Assert.Equal("aGk=", request.Inputs[0].Value.GetStringElement(0));
        }
    }

    [Theory]
    [InlineData("[2,3]", "[2,5]", "[4,4]", null)]
    [InlineData("[1,3]", "[2,3]", "[4,4]", "'a' has the shape [1,3] with the length 1 in dimension 0 and 'b' has the shape [2,3]")]
    [InlineData("[2,3]", "[2,3]", "[4,5]", "'c' has the shape [4,5] with the length 4 in dimension 0 and 'c' has the shape [4,5]")]
    public void Lengths_with_the_same_name_must_be_equal_and_those_without_may_differ(string a, string b, string c, string? fault)
    {
        var info = new TensorInfo("a", Datatype.Bool, [-1, -1]);
        var reader = new InferRequestReader(
            [
                new TensorSpec(info, ["batch", "None"]),
                new TensorSpec(info with { Name = "b" }, ["batch", "None"]),
                new TensorSpec(info with { Name = "c" }, ["n", "n"]),
            ],
            []);
        string Input(string name, string shape)
        {
            var count = JsonSerializer.Deserialize<int[]>(shape)!.Aggregate(1, static (all, length) => all * length);
            var data = string.Join(',', Enumerable.Repeat("true", count));
            return $$"""{"name":"{{name}}","shape":{{shape}},"datatype":"BOOL","data":[{{data}}]}""";
        }

        var body = $$"""{"inputs":[{{Input("c", c)}},{{Input("b", b)}},{{Input("a", a)}}]}""";
        if (fault is null)
            reader.Read(Utf8(body)).Dispose();
        else
            Assert.StartsWith("inputs: " + fault, Fault(reader, body), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_body_is_read_or_refused()
    {
        var good =
            $$"""{"id":"i","parameters":{"p":1},"inputs":[{"name":"a","shape":[2,2],"datatype":"FP32","data":[[1,2],[3,4.5e1]]},{{B}}],"outputs":[{"name":"sum"}]}""";
        var gen = Gen.Select(Gen.Int[0, good.Length - 1], Gen.Int[0, 6], Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]));
        gen.Sample(
            (at, length, text) =>
            {
                var body = good[..at] + text + good[Math.Min(good.Length, at + length)..];
                try
                {
                    Pair.Read(Utf8(body)).Dispose();
                }
                catch (RequestFaultException e)
                {
                    Assert.NotEmpty(e.Message);
                }
            },
            iter: 20_000);
    }

    private static string A(string shape, string data) => $$"""{"name":"a","shape":{{shape}},"datatype":"FP32","data":{{data}}}""";

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Fault(InferRequestReader reader, string body) =>
        Assert.Throws<RequestFaultException>(() => reader.Read(Utf8(body)).Dispose()).Message;

    private static string Elements(Datatype datatype, RuntimeTensor tensor)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            TensorFormat.For(datatype).WriteElements(json, tensor);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
