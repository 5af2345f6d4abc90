using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router;

/// <summary>What HTTP and the Open Inference Protocol ask of every path of the router.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class ProtocolTests
{
    private const string Metadata = """{"name":"fraud","versions":["1"]}""";

    [Theory]
    [InlineData("/v2/models/fraud")]
    [InlineData("/v2/models/fraud/")]
    [InlineData("/v2/models/fraud/ready")]
    [InlineData("/v2/models/fraud/versions/1")]
    [InlineData("/v2/models/fraud/versions/1/ready")]
    [InlineData("/v2/models/fraud/versions/7")]
    [InlineData("/v2/models/churn")]
    [InlineData("/v2/models")]
    [InlineData("/v2")]
    [InlineData("/v2/health/live")]
    [InlineData("/v2/health/ready")]
    [InlineData("/health/ready")]
    [InlineData("/metrics")]
    [InlineData("/openapi.json")]
    [InlineData("/nothing")]
    public async Task HEAD_is_answered_as_GET_without_the_body(string path)
    {
        await using var endpoint = RawServer.Saying(Metadata);
        await using var router = await RunningRouter.StartAsync(endpoint);
        var get = await router.AskAsync(RunningRouter.Get(path));
        var head = await HeadAsync(router, path);
        Assert.Equal(get.Status, head.Status);
        Assert.Equal(get["Content-Type"], head["Content-Type"]);
        if (path != "/metrics")
            Assert.Equal(get["Content-Length"], head["Content-Length"]);
        Assert.NotNull(head["Content-Length"]);
        Assert.Equal(get["Allow"], head["Allow"]);
        Assert.Equal(NamesOf(get), NamesOf(head));
    }

    [Fact]
    public async Task HEAD_for_an_answer_that_is_streamed_or_has_chunks_has_no_body_either()
    {
        var body = new string('x', 2_000_000);
        await using var endpoint = RawServer.Answering(request => request.StartLine.Contains("ready", StringComparison.Ordinal)
            ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            : RawServer.Ok(body));
        await using var router = await RunningRouter.StartAsync(endpoint);
        Assert.Equal("2000000", (await HeadAsync(router, "/v2/models/fraud"))["Content-Length"]);
        Assert.Equal("5", (await HeadAsync(router, "/v2/models/fraud/ready"))["Content-Length"]);
    }

    [Fact]
    public async Task The_version_is_asked_by_GET_for_HEAD()
    {
        var lines = new List<string>();
        await using var endpoint = RawServer.Answering(request =>
        {
            lines.Add(request.StartLine);
            return RawServer.Ok(Metadata);
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        await HeadAsync(router, "/v2/models/fraud/ready");
        Assert.Equal(["GET /v2/models/fraud/versions/1/ready HTTP/1.1"], lines);
    }

    [Fact]
    public async Task A_path_for_inference_refuses_HEAD_as_it_refuses_GET()
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        var head = await HeadAsync(router, RunningRouter.InferPath);
        Assert.Equal((405, "POST"), (head.Status, head["Allow"]));
        Assert.Equal("GET, HEAD", (await router.AskAsync(RunningRouter.Infer(path: "/v2/models/fraud")))["Allow"]);
        Assert.Equal("GET, HEAD", (await router.AskAsync(RunningRouter.Infer(path: "/v2/models")))["Allow"]);
    }

    [Fact]
    public async Task The_version_that_answers_about_a_model_gets_the_list_of_all_versions_and_no_client_can_set_it()
    {
        var seen = new List<string?>();
        await using var endpoint = RawServer.Answering(request =>
        {
            seen.Add(request["X-Model-Versions"]);
            return RawServer.Ok(Metadata);
        });
        await using var router = await RunningRouter.StartAsync();
        router.Swap(
            SomePlan.Canary(100).Keeping(10, 3),
            SomePlan.Endpoints((1, endpoint.Address), (2, endpoint.Address), (3, endpoint.Address), (10, endpoint.Address)));
        foreach (var path in (string[])["", "/versions/2", "/ready", "/infer"])
        {
            const string Forged = "X-Model-Versions: 99\r\n";
            await router.AskAsync(path == "/infer"
                ? RunningRouter.Infer(headers: Forged)
                : RunningRouter.Get("/v2/models/fraud" + path, Forged));
        }

        Assert.Equal(["1,2,3,10", null, null, null], seen);
    }

    [Fact]
    public async Task Codings_are_compared_without_regard_to_case()
    {
        await using var endpoint = RawServer.Answering(static request => RawServer.Ok(request.Text));
        await using var router = await RunningRouter.StartAsync(endpoint);
        var answer = await router.AskAsync(
            $"POST {RunningRouter.InferPath} HTTP/1.1\r\nHost: r\r\nTRANSFER-ENCODING: ChunKed\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n");
        Assert.Equal((200, "{}"), (answer.Status, answer.Text));
    }

    private static async Task<RawMessage> HeadAsync(RunningRouter router, string path)
    {
        using var client = await router.ConnectAsync();
        await client.SendAsync($"HEAD {path} HTTP/1.1\r\nHost: router\r\nConnection: close\r\n\r\n");
        var head = (await client.ReadMessageAsync(toHead: true))!;
        // Nothing follows.
        Assert.Null(await client.ReadMessageAsync());
        return head;
    }

    private static IEnumerable<string> NamesOf(RawMessage answer) => answer.Headers.Select(static header => header.Name)
        .Where(static name => name != "Connection").Order(StringComparer.Ordinal);
}
