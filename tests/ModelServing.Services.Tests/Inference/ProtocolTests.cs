using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference;

/// <summary>What HTTP and the Open Inference Protocol ask of every path of a version.</summary>
public sealed class ProtocolTests
{
    private const string Good = """{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["a"]}]}""";

    [Fact]
    public async Task HEAD_is_answered_as_GET_without_the_body()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Bytes, -1));
        string[] paths =
        [
            "/v2", "/v2/models", "/v2/models/m", "/v2/models/m/ready", "/v2/models/m/versions/3", "/v2/models/m/versions/3/ready",
            "/v2/models/m/infer", "/v2/health/live", "/v2/health/ready", "/health/live", "/health/ready", "/metrics", "/nothing",
        ];
        foreach (var path in paths)
        {
            var get = await SendAsync(service, $"GET {path} HTTP/1.1\r\nHost: v\r\nConnection: close\r\n\r\n");
            var head = await SendAsync(service, $"HEAD {path} HTTP/1.1\r\nHost: v\r\nConnection: close\r\n\r\n");
            Assert.Equal((get.Status, get["Content-Type"], get["Allow"]), (head.Status, head["Content-Type"], head["Allow"]));
            Assert.NotNull(get["Content-Length"]);
            if (path != "/metrics")
                Assert.Equal(get["Content-Length"], head["Content-Length"]);
        }
    }

    [Theory]
    [InlineData("", "[\"3\"]")]
    [InlineData("X-Model-Versions: 1,3,12\r\n", "[\"1\",\"3\",\"12\"]")]
    [InlineData("X-Model-Versions: 1,\"x\"\r\n", "[\"3\"]")]
    [InlineData("X-Model-Versions: \r\n", "[\"3\"]")]
    public async Task The_metadata_list_the_versions_that_the_router_names_or_else_this_one(string header, string versions)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Bytes, -1));
        var answer = await SendAsync(service, $"GET /v2/models/m HTTP/1.1\r\nHost: v\r\n{header}\r\n");
        Assert.Contains($"\"versions\":{versions}", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("content-type: APPLICATION/JSON; CHARSET=Utf-8\r\n", 200)]
    [InlineData("content-encoding: Identity\r\n", 200)]
    [InlineData("Content-Encoding: br\r\n", 415)]
    [InlineData("Content-Type: application/x-msgpack\r\n", 415)]
    [InlineData("Content-Encoding: gzip, gzip\r\n", 415)]
    [InlineData("Inference-Header-Content-Length: 69\r\n", 200)]
    [InlineData("Inference-Header-Content-Length: 68\r\n", 400)]
    [InlineData("Inference-Header-Content-Length: 70\r\n", 400)]
    [InlineData("Inference-Header-Content-Length: -1\r\n", 400)]
    [InlineData("Inference-Header-Content-Length: \r\n", 400)]
    [InlineData("Inference-Header-Content-Length: 69\r\nInference-Header-Content-Length: 69\r\n", 400)]
    public async Task A_body_is_read_only_as_it_says(string header, int status)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Bytes, -1));
        var answer = await SendAsync(
            service, $"POST /v2/models/m/infer HTTP/1.1\r\nHost: v\r\n{header}Content-Length: {Good.Length}\r\n\r\n{Good}");
        Assert.True(answer.Status == status, answer.Text);
        var isCoding = status == 415 && header.Contains("Encoding", StringComparison.Ordinal);
        Assert.Equal(isCoding ? "gzip, deflate" : null, answer["Accept-Encoding"]);
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFF44\r\n{}\r\n0\r\n\r\n")]
    [InlineData("five\r\n{}\r\n0\r\n\r\n")]
    [InlineData("2\r\n{}XX0\r\n\r\n")]
    public async Task A_broken_chunk_is_the_callers_fault(string chunks)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Bytes, -1));
        using var client = await RawConnection.ConnectAsync(service.Address);
        await client.SendAsync($"POST /v2/models/m/infer HTTP/1.1\r\nHost: v\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
        Assert.Equal(400, (await client.ReadMessageAsync())!.Status);
        Assert.DoesNotContain(service.Log, static line => line.Exception is not null);
    }

    [Fact]
    public async Task A_refused_request_is_one_line_of_the_log_and_no_exception()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Bytes, -1));
        await SendAsync(
            service, $"POST /v2/models/m/infer HTTP/1.1\r\nHost: v\r\nContent-Length: {Good.Length}\r\n\r\n{Good}");
        await SendAsync(
            service, "POST /v2/models/m/infer HTTP/1.1\r\nHost: v\r\nX-Request-Id: r-7\r\nContent-Length: 9\r\n\r\n{\"id\":[]}");
        var line = Assert.Single(service.Log, static line => line.Message.Contains("/infer", StringComparison.Ordinal));
        Assert.Null(line.Exception);
        Assert.Equal("Request r-7 is refused: POST /v2/models/m/infer gets 400 invalid-request", line.Message);
    }

    private static async Task<RawMessage> SendAsync(RunningInference service, string request)
    {
        using var client = await RawConnection.ConnectAsync(service.Address);
        await client.SendAsync(request);
        return (await client.ReadMessageAsync(toHead: request.StartsWith("HEAD", StringComparison.Ordinal)))!;
    }
}
