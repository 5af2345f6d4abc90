using ModelServing.Router.Forwarding;
using ModelServing.TestKit;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Services.Tests.Router;

/// <summary>Requests of clients that misbehave, are slow, or leave.</summary>
[Collection(RunningRouter.OneAtATime)]
public class RequestHandlerTests
{
    private const string Post = "POST " + RunningRouter.InferPath + " HTTP/1.1\r\nHost: router\r\n";

    [Fact]
    public async Task Headers_pass_except_hop_by_hop_headers_and_those_that_only_the_router_sets()
    {
        RawMessage? seen = null;
        await using var endpoint = RawServer.Answering(request =>
        {
            seen = request;
            return RawServer.Ok("{}");
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await router.InferAsync(headers:
            $"traceparent: {Trace}\r\ntracestate: a=1\r\nAuthorization: Bearer x\r\nX-API-Key: x\r\nX-Name: M\u00fcller\r\nX-Two: " +
                $"1\r\nX-Two: 2\r\nConnection: X-Hop\r\nX-Hop: 1\r\n" +
            "Keep-Alive: timeout=5\r\nTE: trailers\r\nProxy-Authorization: x\r\nExpect: 100-continue\r\nX-Request-Id: " +
                "mine\r\nX-Model-Version: 9\r\nX-Model-Variant: canary\r\n" +
            "X-Model-Revision: r\r\nX-Model-Trial: 2\r\nX-Request-Timeout: 100000\r\nX-Content-Length: 5\r\n" +
            "X-Model-Failover: canary\r\nX-Model-Client-Group: 3\r\nX-Request-Timeout-Shortened: 1\r\n" +
            "X-Model-Failover-Within: 1\r\n");
        Assert.Equal((Trace, "a=1", "M\u00fcller"), (seen!["traceparent"], seen["tracestate"], seen["X-Name"]));
        // Two lines of one header mean the same as a list (RFC 9110, 5.3).
        Assert.Equal(["1, 2"], seen.All("X-Two"));
        Assert.True(Ulid.TryParse(seen["X-Request-Id"], out _));
        Assert.Equal(("stable", "r1", "1"), (seen["X-Model-Variant"], seen["X-Model-Revision"], seen["X-Model-Trial"]));
        Assert.Equal(
            [
                "Content-Length",
                "Host",
                "traceparent",
                "tracestate",
                "X-Model-Client-Group",
                "X-Model-Revision",
                "X-Model-Trial",
                "X-Model-Variant",
                "X-Name",
                "X-Request-ID",
                "X-Request-Timeout",
                "X-Two",
            ],
            seen.Headers.Select(static header => header.Name).Order(StringComparer.OrdinalIgnoreCase));
    }

    public static TheoryData<string> BrokenHeads =>
        [.. HostileRequests.OfKind("heads").Where(static head => head.IsUnread).Select(static head => head.Name)];

    [Theory]
    [MemberData(nameof(BrokenHeads))]
    public async Task A_head_that_two_servers_could_read_in_two_ways_is_400_and_reaches_no_version(string name)
    {
        var head = HostileRequests.OfKind("heads").Single(head => head.Name == name);
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        var target = new HostileTarget(new Uri($"http://{router.Address}"), new Dictionary<string, string>(), []);
        foreach (var answer in await HostileSender.SendAsync(head with { Model = "fraud" }, target, CancellationToken.None))
            Assert.Null(answer.FaultIn(head));
        Assert.Equal(0, endpoint.Accepted);
    }

    [Fact]
    public async Task A_Content_Length_beside_chunks_is_ignored_and_does_not_reach_the_version()
    {
        RawMessage? seen = null;
        await using var endpoint = RawServer.Answering(request =>
        {
            seen = request;
            return RawServer.Ok("{}");
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        using var client = await router.ConnectAsync();
        await client.SendAsync(Post + "Content-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        var answer = await client.ReadMessageAsync();
        if (answer!.Status == 400)
            return;
        Assert.Equal("hello", seen!.Text);
        Assert.Equal(["5"], seen.All("Content-Length"));
        Assert.Empty(seen.All("Transfer-Encoding"));
        Assert.Empty(seen.All("X-Content-Length"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8_000)]
    [InlineData(ClientBody.AheadLimit - 1)]
    [InlineData(ClientBody.AheadLimit)]
    [InlineData(ClientBody.AheadLimit + 1)]
    [InlineData(300_000)]
    public async Task A_body_arrives_unchanged_however_it_is_framed_and_paced(int length)
    {
        await using var endpoint = RawServer.Answering(static request => RawServer.Ok(request.Text));
        await using var router = await RunningRouter.StartAsync(endpoint);
        var body = string.Concat(Enumerable.Range(0, length).Select(static i => (char)('a' + (i % 26))));
        using var client = await router.ConnectAsync();
        foreach (var chunked in (bool[])[false, true])
        {
            var chunks = string.Concat(body.Chunk(7001).Select(static piece => $"{piece.Length:x}\r\n{new string(piece)}\r\n"));
            var message = Post + (chunked
                ? $"Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"
                : $"Content-Length: {length}\r\n\r\n{body}");
            foreach (var pieces in (int[])[1, 5])
            {
                foreach (var piece in message.Chunk((message.Length / pieces) + 1))
                {
                    await client.SendAsync(new string(piece));
                    if (pieces > 1)
                        await Task.Delay(5);
                }

                var answer = (await client.ReadMessageAsync())!;
                Assert.Equal(200, answer.Status);
                Assert.Equal(body, answer.Text);
            }
        }

        Assert.Equal(1, endpoint.Accepted);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using var endpoint = RawServer.Answering(static request => RawServer.Ok(request.Text));
        await using var router = await RunningRouter.StartAsync(endpoint);
        using var client = await router.ConnectAsync();
        await client.SendAsync(string.Concat(Enumerable.Range(0, 50).Select(static i => RunningRouter.Infer($"{i}"))));
        for (var i = 0; i < 50; i++)
            Assert.Equal($"{i}", (await client.ReadMessageAsync())!.Text);
    }

    [Fact]
    public async Task A_client_that_waits_for_100_gets_it_and_then_its_answer()
    {
        await using var endpoint = RawServer.Answering(static request => RawServer.Ok(request.Text));
        await using var router = await RunningRouter.StartAsync(endpoint);
        using var client = await router.ConnectAsync();
        await client.SendAsync(Post + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        Assert.Equal(100, (await client.ReadMessageAsync())!.Status);
        await client.SendAsync("hello");
        Assert.Equal("hello", (await client.ReadMessageAsync())!.Text);
    }

    [Fact]
    public async Task A_client_that_waits_for_100_gets_the_problem_at_once_if_no_endpoint_is_there()
    {
        await using var router = await RunningRouter.StartAsync([]);
        using var client = await router.ConnectAsync();
        await client.SendAsync(Post + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        (await client.ReadMessageAsync())!.AssertProblem(503, "no-ready-endpoint");
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413_announced_or_not()
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint, maxRequestBytes: 100_000);
        (await router.AskAsync(Post + "Content-Length: 100001\r\n\r\n")).AssertProblem(413, "body-too-large");
        Assert.Equal(0, endpoint.Accepted);
        var chunk = $"c350\r\n{new string('x', 50_000)}\r\n";
        (await router.AskAsync(Post + $"Transfer-Encoding: chunked\r\n\r\n{chunk}{chunk}{chunk}0\r\n\r\n")).AssertProblem(
            413, "body-too-large");
        Assert.Equal(200, (await router.InferAsync(new string('x', 100_000))).Status);
        await router.AssertCountAsync(2, "modelserving_router_request_duration_seconds_count", "status=\"413\"");
        await router.AssertCountAsync(0, "modelserving_router_errors_total");
    }

    [Theory]
    [InlineData("Content-Length: 100\r\n\r\nhello")]
    [InlineData("Content-Length: 100000\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    public async Task A_body_that_misses_the_deadline_is_408_and_not_counted_against_the_version(string rest)
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint, deadlineMilliseconds: 100);
        var begun = rest.Contains("100000", StringComparison.Ordinal) ? new string('x', ClientBody.AheadLimit + 1000) : "";
        (await router.AskAsync(Post + rest + begun)).AssertProblem(408, "body-late");
        Assert.Equal(begun.Length > 0 ? 1 : 0, endpoint.Accepted);
        await router.AssertCountAsync(0, "modelserving_router_errors_total");
        await RunningRouter.UntilAsync(() => endpoint.Open == 0, "no connection is left with half a request");
    }

    [Fact]
    public async Task A_version_that_stops_reading_a_long_body_is_504()
    {
        await using var endpoint = new RawServer(async connection =>
        {
            await connection.ReadHeadAsync();
            await Task.Delay(RawConnection.Patience);
        });
        await using var router = await RunningRouter.StartAsync(endpoint, deadlineMilliseconds: 300);
        using var client = await router.ConnectAsync();
        var sending = client.SendAsync(RunningRouter.Infer(new string('x', 30_000_000)));
        (await client.ReadMessageAsync())!.AssertProblem(504, "deadline");
        client.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => sending);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_overtakes_the_body_is_the_answer(bool closes)
    {
        await using var endpoint = new RawServer(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nwho?");
            if (!closes)
                await connection.ReadToEndAsync();
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        using var client = await router.ConnectAsync();
        await client.SendAsync(Post + $"Content-Length: 1000000\r\n\r\n{new string('x', 100_000)}");
        var answer = (await client.ReadMessageAsync())!;
        answer.AssertAnswer(401, "who?");
        await RunningRouter.UntilAsync(() => endpoint.Open == 0, "a connection with half a request is not kept");
    }

    [Fact]
    public async Task A_version_lost_while_a_long_body_is_sent_is_502()
    {
        await using var endpoint = new RawServer(async connection =>
        {
            await connection.ReadHeadAsync();
            connection.Reset();
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        using var client = await router.ConnectAsync();
        await client.SendAsync(Post + $"Content-Length: 1000000\r\n\r\n{new string('x', 100_000)}");
        (await client.ReadMessageAsync())!.AssertProblem(502, "connection-lost");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_leaves_while_it_waits_cancels_the_request_at_the_version(bool reset)
    {
        await using var endpoint = new RawServer(async connection =>
        {
            await connection.ReadMessageAsync();
            await connection.ReadToEndAsync();
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        var client = await router.ConnectAsync();
        await client.SendAsync(RunningRouter.Infer());
        await RunningRouter.UntilAsync(() => endpoint.Open == 1, "the version has the request");
        if (reset)
            client.Reset();
        client.Dispose();
        await RunningRouter.UntilAsync(() => endpoint.Open == 0, "the version sees the client leave");
        await RunningRouter.UntilAsync(
            async () => await router.CountAsync("modelserving_router_request_duration_seconds_count", "status=\"499\"") == 1,
            "it is counted as 499");
        await router.AssertCountAsync(0, "modelserving_router_errors_total");
    }

    [Theory]
    [InlineData("Content-Length: 100\r\n\r\nhello")]
    [InlineData("Content-Length: 1000000\r\n\r\n")]
    public async Task A_client_that_leaves_in_the_middle_of_its_body_is_not_an_error(string rest)
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        var client = await router.ConnectAsync();
        await client.SendAsync(Post + rest + (rest.Contains("1000000", StringComparison.Ordinal) ? new string('x', 100_000) : ""));
        client.Dispose();
        await RunningRouter.UntilAsync(
            async () => await router.CountAsync("modelserving_router_request_duration_seconds_count", "status=\"499\"") == 1,
            "it is counted as 499");
        await router.AssertCountAsync(0, "modelserving_router_errors_total");
        await RunningRouter.UntilAsync(() => endpoint.Open == 0, "no connection is left with half a request");
    }

    [Fact]
    public async Task A_client_that_leaves_a_streamed_answer_cancels_it()
    {
        await using var endpoint = new RawServer(async connection =>
        {
            await connection.ReadMessageAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            while (true)
                await connection.SendAsync(new byte[100_000]);
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        var client = await router.ConnectAsync(receiveBuffer: 16 * 1024);
        await client.SendAsync(RunningRouter.Infer());
        Assert.Equal(200, (await client.ReadHeadAsync())!.Status);
        client.Reset();
        await RunningRouter.UntilAsync(() => endpoint.Open == 0, "the version sees the client leave");
        await RunningRouter.UntilAsync(
            async () => await router.CountAsync("modelserving_router_request_duration_seconds_count", "status=\"499\"") == 1,
            "it is counted as 499");
        await router.AssertCountAsync(0, "modelserving_router_errors_total");
    }

    [Fact]
    public async Task A_refused_request_is_counted_by_reason_and_by_nothing_that_a_client_chose()
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        for (var i = 0; i < 3; i++)
        {
            await router.InferAsync(path: $"/v2/models/guess{i}/infer");
            await router.InferAsync(path: $"/v2/models/fraud/versions/{i + 7}/infer");
        }

        await router.AssertCountAsync(3, "modelserving_router_refused_requests_total", "reason=\"unknown-model\"");
        await router.AssertCountAsync(3, "modelserving_router_refused_requests_total", "reason=\"unknown-version\"");
        Assert.DoesNotContain("guess", (await router.AskAsync(RunningRouter.Get("/metrics"))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_metric_has_the_latency_of_each_variant()
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        for (var i = 0; i < 5; i++)
            await router.InferAsync();
        await router.InferAsync(path: "/v2/models/fraud/versions/1/infer");
        await router.AssertCountAsync(
            5,
            "modelserving_router_request_duration_seconds_count",
            "model=\"fraud\"",
            "version=\"1\"",
            "variant=\"stable\"",
            "status=\"200\"");
        await router.AssertCountAsync(1, "modelserving_router_request_duration_seconds_count", "variant=\"pinned\"");
        await router.AssertCountAsync(5, "modelserving_router_request_duration_seconds_bucket", "variant=\"stable\"", "le=\"+Inf\"");
    }
}
