using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.OpenInference;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.Services.Tests.OpenInference.Rest;

public class RestRequestTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_in_json_has_all_that_was_given()
    {
        await using var server = await StubServer.StartAsync(SomeAnswers.Least);
        using var client = new OpenInferenceClient(server.Address);
        await client.InferAsync(Full(), Token);
        var request = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/v2/models/a%20b/versions/3/infer"), (request.Method, Escaped(request.Target)));
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.DoesNotContain("Inference-Header-Content-Length", request.Headers);
        Assert.Equal(
            """
            {"id":"q \"1\"","parameters":{"flag":true,"number":-5,"large":18446744073709551615,"part":0.5,"text":"ä"},"inputs":[
            {"name":"x","shape":[2,2],"datatype":"FP32","parameters":{"content_type":"np"},"data":[1.5,-0,"NaN","-Infinity"]},
            {"name":"s","shape":[2],"datatype":"BYTES","data":["ä\n",""]}],
            "outputs":[{"name":"y"},{"name":"z","parameters":{"classification":2}}]}
            """.Replace("\n", "", StringComparison.Ordinal),
            request.Text);
    }

    [Fact]
    public async Task A_binary_request_has_the_elements_behind_the_json()
    {
        await using var server = await StubServer.StartAsync(SomeAnswers.Least);
        using var client = new OpenInferenceClient(server.Address, new() { Format = WireFormat.Binary });
        await client.InferAsync(Full(), Token);
        var request = Assert.Single(server.Requests);
        Assert.Equal("application/octet-stream", request.Headers["Content-Type"]);
        var length = int.Parse(request.Headers["Inference-Header-Content-Length"], CultureInfo.InvariantCulture);
        using var json = JsonDocument.Parse(request.Body.AsMemory(0, length));
        Assert.True(json.RootElement.GetProperty("parameters").GetProperty("binary_data_output").GetBoolean());
        Assert.Equal(
            [16, 11],
            json.RootElement.GetProperty("inputs").EnumerateArray()
                .Select(static input => input.GetProperty("parameters").GetProperty("binary_data_size").GetInt32()));
        Assert.Equal(
            "0000C03F" + "00000080" + "0000C0FF" + "000080FF" + "03000000C3A40A" + "00000000",
            Convert.ToHexString(request.Body.AsSpan(length)));
    }

    [Fact]
    public async Task Headers_are_those_of_the_client_and_of_the_request()
    {
        await using var server = await StubServer.StartAsync(SomeAnswers.Least);
        using var client = new OpenInferenceClient(
            server.Address, new() { ApiKey = "msk_1", Headers = new Dictionary<string, string> { ["X-Tenant"] = "t" } });
        await client.InferAsync(SomeAnswers.Request() with { Headers = new Dictionary<string, string> { ["X-User"] = "17" } }, Token);
        await client.GetServerMetadataAsync(Token);
        Assert.Equal(["msk_1", "msk_1"], server.Requests.Select(static request => request.Headers[HeaderNames.ApiKey]));
        Assert.Equal(["t", "t"], server.Requests.Select(static request => request.Headers["X-Tenant"]));
        Assert.Equal("17", server.Requests[0].Headers["X-User"]);
        Assert.DoesNotContain("X-User", server.Requests[1].Headers);
    }

    [Fact]
    public async Task The_server_is_told_the_time_that_is_left()
    {
        await using var server = await StubServer.StartAsync(SomeAnswers.Least);
        using var client = new OpenInferenceClient(server.Address, new() { Timeout = TimeSpan.FromMinutes(5) });
        await client.InferAsync(SomeAnswers.Request(), Token);
        await client.InferAsync(SomeAnswers.Request() with { Timeout = TimeSpan.FromMinutes(2) }, Token);
        foreach (var (request, minutes) in server.Requests.Zip([5, 2]))
        {
            using var json = JsonDocument.Parse(request.Body);
            var microseconds = json.RootElement.GetProperty("parameters").GetProperty("timeout").GetInt64();
            var milliseconds = long.Parse(request.Headers[HeaderNames.RequestTimeout], CultureInfo.InvariantCulture);
            Assert.InRange(microseconds, (minutes - 1) * 60_000_000L, minutes * 60_000_000L);
            Assert.Equal(microseconds / 1000, milliseconds);
        }
    }

    [Fact]
    public async Task Without_a_time_limit_the_server_is_told_none()
    {
        await using var server = await StubServer.StartAsync(SomeAnswers.Least);
        using var client = new OpenInferenceClient(server.Address);
        await client.InferAsync(SomeAnswers.Request(), Token);
        Assert.DoesNotContain("timeout", Assert.Single(server.Requests).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(HeaderNames.RequestTimeout, server.Requests[0].Headers);
    }

    [Fact]
    public async Task A_path_of_the_server_is_kept()
    {
        await using var server = await StubServer.StartAsync(SomeAnswers.Least);
        using var client = new OpenInferenceClient(new Uri(server.Address, "/api/models"));
        await client.InferAsync(SomeAnswers.Request(), Token);
        Assert.Equal("/api/models/v2/models/m/infer", Assert.Single(server.Requests).Target);
    }

    [Theory]
    [InlineData(WireFormat.Json)]
    [InlineData(WireFormat.Binary)]
    public async Task The_trace_of_the_caller_goes_on_at_the_server(WireFormat format)
    {
        await using var server = await StubServer.StartAsync(SomeAnswers.Least);
        using var client = new OpenInferenceClient(server.Address, new() { Format = format });
        using var caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        caller.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        await client.InferAsync(SomeAnswers.Request(), Token);
        Assert.StartsWith($"00-{caller.TraceId}-", Assert.Single(server.Requests).Headers["traceparent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_part_of_an_array_is_sent_as_it_is()
    {
        await using var server = await StubServer.StartAsync(SomeAnswers.Least);
        using var client = new OpenInferenceClient(server.Address, new() { Format = WireFormat.Binary });
        var elements = Enumerable.Range(0, 1_000_000).ToArray();
        await client.InferAsync(new("m", new InferInput("x", Tensor.From<int>(elements.AsMemory(1, 999_998)))), Token);
        var body = Assert.Single(server.Requests).Body;
        Assert.True(MemoryMarshal.AsBytes(elements.AsSpan(1, 999_998)).SequenceEqual(body.AsSpan(body.Length - (999_998 * sizeof(int)))));
    }

    [Fact]
    public async Task Bytes_that_are_not_text_are_not_sent_in_json()
    {
        await using var server = await StubServer.StartAsync(SomeAnswers.Least);
        using var client = new OpenInferenceClient(server.Address);
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => client.InferAsync(
            new("m", new InferInput("x", Tensor.FromBytes([new byte[] { 65 }, new byte[] { 0xFF }]))), Token));
        Assert.Equal("element 1 of 'x' is not text in UTF-8; use Binary", fault.Message);
        Assert.Empty(server.Requests);
    }

    // Kestrel gives the path without its escapes.
    private static string Escaped(string target) => target.Replace(" ", "%20", StringComparison.Ordinal);

    private static InferRequest Full() => new(
        "a b",
        new InferInput("x", Tensor.From<float>([1.5f, -0f, float.NaN, float.NegativeInfinity], 2, 2))
        {
            Parameters = new Dictionary<string, ParameterValue> { ["content_type"] = "np" },
        },
        new InferInput("s", Tensor.FromText(["ä\n", ""])))
    {
        Version = "3",
        Id = "q \"1\"",
        Parameters = new Dictionary<string, ParameterValue>
        {
            ["flag"] = true,
            ["number"] = -5L,
            ["large"] = ulong.MaxValue,
            ["part"] = 0.5,
            ["text"] = "ä",
        },
        Outputs =
        [
            "y",
            new RequestedOutput("z") { Parameters = new Dictionary<string, ParameterValue> { ["classification"] = 2L } },
        ],
    };
}
