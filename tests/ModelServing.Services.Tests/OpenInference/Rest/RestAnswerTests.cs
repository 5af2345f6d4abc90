using System.Text;
using ModelServing.Contracts;
using ModelServing.OpenInference;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.Services.Tests.OpenInference.Rest;

public class RestAnswerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_in_json_may_have_its_members_in_any_order()
    {
        var result = await AnswerAsync("""
            {"outputs":[
               {"data":[[1.5,"NaN"],[null,"-Infinity"]],"unknown":{"data":[1]},"parameters":{"a":1,"b":[2],"c":null},"shape":[2,2],
                "datatype":"FP32","name":"y"},
               {"name":"s","datatype":"BYTES","shape":[3],"data":["\u00e4\n","","b"]},
               {"name":"h","datatype":"FP16","shape":[1],"data":[-0.5]},
               {"name":"b","datatype":"BF16","shape":[1],"data":[-0.5]},
               {"name":"t","datatype":"BOOL","shape":[2],"data":[true,false]},
               {"name":"e","datatype":"UINT64","shape":[0],"data":[]}],
             "parameters":null,"id":"7","model_version":"3","model_name":"m"}
            """);
        Assert.Equal(("m", "3", "7"), (result.Model, result.Version, result.Id));
        Assert.Equal([1.5f, float.NaN, float.NaN, float.NegativeInfinity], result["y"].Tensor.Elements<float>().ToArray());
        Assert.Equal([2, 2], result["y"].Tensor.Shape);
        Assert.Equal((1L, "[2]"), (result["y"].Parameters["a"].Value, result["y"].Parameters["b"].Value));
        Assert.Equal(["ä\n", "", "b"], result["s"].Tensor.ToText());
        Assert.Equal((Half)(-0.5), result["h"].Tensor.Elements<Half>()[0]);
        Assert.Equal((BFloat16)(-0.5f), result["b"].Tensor.Elements<BFloat16>()[0]);
        Assert.Equal([true, false], result["t"].Tensor.Elements<bool>().ToArray());
        Assert.Equal(0, result["e"].Tensor.Count);
        var missing = Assert.Throws<KeyNotFoundException>(() => result["z"]);
        Assert.Equal("the answer has no output 'z', but y, s, h, b, t, e", missing.Message);
    }

    [Fact]
    public async Task Outputs_in_json_and_as_bytes_may_be_mixed()
    {
        const string Json = """
            {"model_name":"m","outputs":[{"name":"a","datatype":"INT16","shape":[2],"parameters":{"binary_data_size":4}},
            {"name":"b","datatype":"INT32","shape":[1],"data":[5]},
            {"name":"c","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":5}}]}
            """;
        var result = await AnswerAsync(Json, [1, 0, 0xFF, 0xFF, 1, 0, 0, 0, 0x80]);
        Assert.Equal([1, -1], result["a"].Tensor.Elements<short>().ToArray());
        Assert.Equal([5], result["b"].Tensor.Elements<int>().ToArray());
        Assert.Equal("0100000080", Convert.ToHexString(result["c"].Tensor.Memory.Span));
    }

    [Fact]
    public async Task The_headers_say_who_answered()
    {
        await using var server = await StubServer.StartAsync(
            SomeAnswers.Least,
            200,
            (HeaderNames.RequestId, "01M8"),
            (HeaderNames.ModelVariant, "canary"),
            (HeaderNames.ModelVersion, "2"),
            (HeaderNames.ModelFailover, "b"),
            (HeaderNames.ModelOutcome, "non-finite"),
            (HeaderNames.FeatureDefaults, "a=missing"),
            (HeaderNames.ServerTiming, "read;dur=1"));
        using var client = new OpenInferenceClient(server.Address);
        var headers = (await client.InferAsync(SomeAnswers.Request(), Token)).Headers;
        Assert.Equal(("01M8", "canary", "2", "b"), (headers.RequestId, headers.Variant, headers.Version, headers.Failover));
        Assert.Equal(("non-finite", "a=missing", "read;dur=1"), (headers.Outcome, headers.FeatureDefaults, headers.ServerTiming));
        Assert.Equal("application/json", headers["content-type"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"outputs":{}}""")]
    [InlineData("""{"outputs":[1]}""")]
    [InlineData("""{"outputs":[]""")]
    [InlineData("""{"outputs":[]} x""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"INT32","shape":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"INT32","data":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"INT33","shape":[1],"data":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"INT32","shape":[2],"data":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"INT32","shape":[1],"data":[1,2]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"INT32","shape":[-1],"data":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"INT32","shape":[2000000000],"data":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"INT32","shape":[9223372036854775807,2],"data":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"INT8","shape":[1],"data":[128]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"INT32","shape":[1],"data":["1"]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"INT32","shape":[1],"data":[{}]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"FP32","shape":[1],"data":["one"]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"FP16","shape":[1],"data":[true]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"BOOL","shape":[1],"data":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"BYTES","shape":[1],"data":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"BYTES","shape":[2],"data":["a"]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","datatype":"INT32","shape":[1],"parameters":{"binary_data_size":4}}]}""")]
    [InlineData("""{"outputs":[{"name":1}]}""")]
    public async Task What_is_not_an_answer_is_refused(string json)
    {
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => AnswerAsync(json));
        Assert.Equal((CallFault.MalformedAnswer, 1), (failure.Fault, failure.Attempts));
    }

    [Theory]
    [InlineData(4, 4, null, null)]
    [InlineData(4, 3, null, "it ends after 3 of the 4 bytes of 'y'")]
    [InlineData(4, 0, null, "it ends after 0 of the 4 bytes of 'y'")]
    [InlineData(4, 5, null, "bytes follow those of the last output")]
    [InlineData(3, 3, null, "'y': 1 elements of INT32 have 4 bytes, and not 3")]
    [InlineData(-1, 4, null, "'y' has the binary_data_size -1")]
    [InlineData(2000000000, 4, null, "'y' has 2000000000 bytes, but at most")]
    [InlineData(4, 4, "x", "Inference-Header-Content-Length is 'x', which is not a length within the body")]
    [InlineData(4, 4, "2000000000", "Inference-Header-Content-Length is '2000000000', which is not a length within the body")]
    [InlineData(4, 4, "1000", "it ends after")]
    [InlineData(4, 4, "5", "Expected")]
    public async Task Bytes_that_do_not_fit_their_json_are_refused(int size, int sent, string? jsonLength, string? fault)
    {
        var json = $$$"""{"outputs":[{"name":"y","datatype":"INT32","shape":[1],"parameters":{"binary_data_size":{{{size}}}}}]}""";
        var call = AnswerAsync(json, new byte[sent], jsonLength);
        if (fault is null)
        {
            Assert.Equal(0, (await call)["y"].Tensor.Elements<int>()[0]);
            return;
        }

        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => call);
        Assert.Equal(CallFault.MalformedAnswer, failure.Fault);
        Assert.Contains(fault, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BOOL", "02")]
    [InlineData("BYTES", "05000000")]
    [InlineData("BYTES", "FFFFFFFF")]
    public async Task Elements_that_their_type_does_not_have_are_refused(string datatype, string hex)
    {
        var data = Convert.FromHexString(hex);
        var json = $$$"""
            {"outputs":[{"name":"y","datatype":"{{{datatype}}}","shape":[1],"parameters":{"binary_data_size":{{{data.Length}}}}}]}
            """;
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => AnswerAsync(json, data));
        Assert.Equal(CallFault.MalformedAnswer, failure.Fault);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_is_too_long_is_not_read(bool isKnown)
    {
        var json = Encoding.UTF8.GetBytes(SomeAnswers.Least + new string(' ', 10_000));
        await using var server = await StubServer.StartAsync((context, _) =>
        {
            context.Response.ContentLength = isKnown ? json.Length : null;
            return context.Response.Body.WriteAsync(json).AsTask();
        });
        foreach (var (most, fits) in new[] { (json.Length, true), (json.Length - 1, false) })
        {
            using var client = new OpenInferenceClient(server.Address, new() { MaxAnswerBytes = most });
            var failure = await Record.ExceptionAsync(() => client.InferAsync(SomeAnswers.Request(), Token));
            Assert.Equal(fits ? null : CallFault.MalformedAnswer, (failure as OpenInferenceException)?.Fault);
        }
    }

    private static async Task<InferResult> AnswerAsync(string json)
    {
        await using var server = await StubServer.StartAsync(json);
        using var client = new OpenInferenceClient(server.Address);
        return await client.InferAsync(SomeAnswers.Request(), Token);
    }

    private static async Task<InferResult> AnswerAsync(string json, byte[] data, string? jsonLength = null)
    {
        await using var server = await StubServer.StartAsync((context, _) =>
            StubServer.AnswerBinaryAsync(context, json, data, jsonLength));
        using var client = new OpenInferenceClient(server.Address, new() { Format = WireFormat.Binary });
        return await client.InferAsync(SomeAnswers.Request(), Token);
    }
}
