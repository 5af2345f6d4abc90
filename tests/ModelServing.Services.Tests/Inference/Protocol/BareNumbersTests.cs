using System.Text;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Inference.Protocol;

/// <summary>NaN and infinity without quotes, as Python and Triton write them.</summary>
public class BareNumbersTests
{
    private static readonly InferRequestReader Numbers =
        new([new TensorSpec(new TensorInfo("x", Datatype.Fp32, [-1])), new TensorSpec(new TensorInfo("n", Datatype.Int32, [1]))], []);

    [Theory]
    [InlineData("[NaN,Infinity,-Infinity,1]", new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1 })]
    [InlineData("[ NaN , 2 ,\n-Infinity\t]", new[] { float.NaN, 2, float.NegativeInfinity })]
    [InlineData("[\"NaN\",NaN]", new[] { float.NaN, float.NaN })]
    public void They_are_elements_of_floating_point_types(string data, float[] elements)
    {
        using var request = Numbers.Read(Body(data, "1"));
        Assert.Equal(elements, request.Inputs[0].Elements<float>().ToArray());
    }

    [Theory]
    [InlineData("[nan]")]
    [InlineData("[Inf]")]
    [InlineData("[+Infinity]")]
    [InlineData("[NaNa]")]
    [InlineData("[1 NaN]")]
    [InlineData("NaN")]
    [InlineData("[NaN")]
    public void Other_names_and_other_places_are_not_JSON(string data) =>
        Assert.StartsWith("the body is not valid JSON: ", Fault(Numbers, Body(data, "1")), StringComparison.Ordinal);

    [Fact]
    public void They_are_no_other_values()
    {
        Assert.StartsWith("inputs[1].data: element 0 is 'NaN'", Fault(Numbers, Body("[1]", "NaN")), StringComparison.Ordinal);
        var texts = new InferRequestReader([new TensorSpec(new TensorInfo("s", Datatype.Bytes, [-1]))], []);
        var body = """{"inputs":[{"name":"s","shape":[1],"datatype":"BYTES","data":[NaN]}]}""";
        Assert.StartsWith("the body is not valid JSON: ", Fault(texts, Encoding.UTF8.GetBytes(body)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_looks_like_them_stays_as_it_is()
    {
        var json = Encoding.UTF8.GetBytes("{\"id\":\"a\\\",NaN,\\\\\",\"x\":[NaN,\"[NaN\"]}");
        Assert.Equal(1, BareNumbers.CountIn(json));
        var quoted = new byte[json.Length + BareNumbers.Quotes];
        BareNumbers.Quote(json, quoted);
        Assert.Equal("{\"id\":\"a\\\",NaN,\\\\\",\"x\":[\"NaN\",\"[NaN\"]}", Encoding.UTF8.GetString(quoted));
    }

    [Fact]
    public void The_second_copy_is_taken_from_the_requests_bytes()
    {
        var budget = new ByteBudget(1024);
        var body = Body("[NaN]", "1");
        using (var bytes = new ByteReservation(budget))
        {
            Numbers.Read(body, null, bytes).Dispose();
            Assert.Equal(body.Length + BareNumbers.Quotes, bytes.Bytes);
        }

        using var none = new ByteReservation(new ByteBudget(8));
        Assert.Throws<OverBudgetException>(() => Numbers.Read(body, null, none));
        using var unused = new ByteReservation(budget);
        Numbers.Read(Body("[1]", "1"), null, unused).Dispose();
        Assert.Equal(0, unused.Bytes);
    }

    private static byte[] Body(string data, string n) => Encoding.UTF8.GetBytes(
        $$"""{"inputs":[{"name":"x","datatype":"FP32","shape":[{{data.Count(static c => c == ',') + 1}}],"data":{{data}}},{"name":"n","shape":[1],"datatype":"INT32","data":[{{n}}]}]}""");

    private static string Fault(InferRequestReader reader, byte[] body) =>
        Assert.Throws<RequestFaultException>(() => reader.Read(body).Dispose()).Message;
}
