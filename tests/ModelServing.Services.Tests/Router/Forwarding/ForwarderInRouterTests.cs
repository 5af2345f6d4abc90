using System.Text;
using ModelServing.Router.Forwarding;
using ModelServing.TestKit;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Services.Tests.Router.Forwarding;

/// <summary>Answers of endpoints that misbehave, through a whole router.</summary>
[Collection(RunningRouter.OneAtATime)]
public class ForwarderInRouterTests
{
    private static readonly string Large = new('x', Exchange.HoldLimit + 100_000);

    /// <summary>The hostile answers for which the caller gets this problem.</summary>
    public static TheoryData<string> Named(string problem) =>
        [.. HostileUpstream.All.Where(upstream => upstream.Problem == problem).Select(static upstream => upstream.Name)];

    [Theory]
    [InlineData(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\nTrailer: x\r\n\r\n",
        "hello, world",
        true)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nhello, world", "hello, world", false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", "hello", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", true)]
    [InlineData(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "hello",
        true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more than that", "hello", false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nmore", "hello", false)]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", "", false)]
    public async Task Every_framing_gives_the_body_and_only_a_clean_end_keeps_the_connection(string wire, string body, bool kept)
    {
        foreach (var piece in (int[])[int.MaxValue, 1])
        {
            await using var endpoint = new RawServer(async connection =>
            {
                while (await connection.ReadMessageAsync() is not null)
                {
                    foreach (var part in wire.Chunk(piece))
                        await connection.SendAsync(new string(part));
                    if (!kept)
                        return;
                }
            });
            await using var router = await RunningRouter.StartAsync(endpoint);
            using var client = await router.ConnectAsync();
            for (var i = 1; i <= 3; i++)
            {
                await client.SendAsync(RunningRouter.Infer());
                var answer = (await client.ReadMessageAsync())!;
                Assert.Equal(body, answer.Text);
                Assert.Equal(
                    answer.Status == 204 ? null : body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    answer["Content-Length"]);
                Assert.Equal(kept ? 1 : i, endpoint.Accepted);
                // A request on a connection that is just closing may be lost.
                if (!kept)
                    await RunningRouter.UntilAsync(() => endpoint.Open == 0, "the endpoint has closed the connection");
            }
        }
    }

    [Fact]
    public async Task A_connection_with_unexpected_bytes_is_not_used_again()
    {
        await using var endpoint = new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is not null)
                await connection.SendAsync(RawServer.Ok("mine") + RawServer.Ok("not mine"));
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        for (var i = 0; i < 20; i++)
            Assert.Equal("mine", (await router.InferAsync()).Text);
    }

    [Theory]
    [MemberData(nameof(Named), "connection-lost")]
    public async Task A_connection_lost_in_flight_is_502_and_never_half_an_answer(string name)
    {
        var wire = HostileUpstream.All.Single(upstream => upstream.Name == name).Answer.ToBytes();
        foreach (var reset in (bool[])[false, true])
        {
            await using var endpoint = new RawServer(async connection =>
            {
                await connection.ReadMessageAsync();
                await connection.SendAsync(wire);
                if (reset)
                    connection.Reset();
            });
            await using var router = await RunningRouter.StartAsync(endpoint);
            var answer = await router.InferAsync();
            answer.AssertProblem(502, "connection-lost");
            answer.AssertAnswer(502, variant: "stable", version: "1");
            Assert.Equal(1, endpoint.Accepted);
            await router.AssertCountAsync(
                1,
                "modelserving_router_errors_total",
                "reason=\"connection-lost\"",
                "model=\"fraud\"",
                "version=\"1\"",
                "variant=\"stable\"");
        }
    }

    [Theory]
    [MemberData(nameof(Named), "bad-answer")]
    public async Task An_answer_that_is_not_valid_HTTP_is_502(string name)
    {
        var hostile = HostileUpstream.All.Single(upstream => upstream.Name == name);
        await using var endpoint = new RawServer(async (connection, number) =>
        {
            if (number == 0)
            {
                await connection.ReadMessageAsync();
                await hostile.AnswerAsync(connection);
            }

            while (await connection.ReadMessageAsync() is not null)
                await connection.SendAsync(RawServer.Ok("next"));
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        Assert.Null(hostile.FaultIn(await router.InferAsync()));
        Assert.Equal("next", (await router.InferAsync()).Text);
    }

    [Fact]
    public async Task A_head_without_an_end_is_502_and_one_larger_than_a_buffer_is_read()
    {
        var length = 40_000;
        await using var endpoint = RawServer.Answering(
            _ => $"HTTP/1.1 200 OK\r\nX-Long: {new string('a', length)}\r\nContent-Length: 2\r\n\r\nok");
        await using var router = await RunningRouter.StartAsync(endpoint);
        var answer = await router.InferAsync();
        Assert.Equal(("ok", length), (answer.Text, answer["X-Long"]!.Length));
        length = 100_000;
        (await router.InferAsync()).AssertProblem(502, "bad-answer");
    }

    [Theory]
    [InlineData(304)]
    [InlineData(400)]
    [InlineData(422)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_versions_own_status_passes_through(int status)
    {
        await using var endpoint = RawServer.Answering(_ => $"HTTP/1.1 {status} " +
            $"X\r\n{(status == 304 ? "ETag: \"a\"\r\n\r\n" : "Content-Length: 4\r\n\r\noops")}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        using var client = await router.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(RunningRouter.Get("/v2/models/fraud"));
            var answer = (await client.ReadMessageAsync())!;
            answer.AssertAnswer(status, status == 304 ? "" : "oops");
        }

        await router.AssertCountAsync(
            2, "modelserving_router_request_duration_seconds_count", $"status=\"{status}\"", "variant=\"stable\"");
        await router.AssertCountAsync(status >= 500 ? 2 : 0, "modelserving_router_errors_total", "reason=\"upstream\"");
    }

    [Fact]
    public async Task Headers_pass_except_hop_by_hop_headers_and_those_that_only_the_router_sets()
    {
        await using var endpoint = RawServer.Answering(_ =>
            "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nX-Name: M\u00fcller\r\nSet-Cookie: " +
                "a=1\r\nSet-Cookie: b=2\r\nConnection: X-Hop, keep-alive\r\n" +
            "X-Hop: 1\r\nKeep-Alive: timeout=5\r\nServer: secret\r\nX-Request-Id: theirs\r\nX-Model-Variant: " +
                "canary\r\nX-Model-Version: 9\r\nX-Split-Result: refused\r\nContent-Length: 2\r\n\r\n{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        var answer = await router.InferAsync();
        Assert.Equal("application/json; charset=utf-8", answer["Content-Type"]);
        Assert.Equal("M\u00fcller", answer["X-Name"]);
        Assert.Equal(["a=1", "b=2"], answer.All("Set-Cookie"));
        Assert.Null(answer["X-Hop"]);
        Assert.Null(answer["Keep-Alive"]);
        Assert.Null(answer["Connection"]);
        Assert.Null(answer["Server"]);
        Assert.Null(answer["X-Split-Result"]);
        answer.AssertAnswer(200, variant: "stable", version: "1");
        Assert.True(Ulid.TryParse(answer["X-Request-Id"], out _));
        Assert.NotNull(answer["Date"]);
    }

    [Theory]
    [InlineData("Content-Length")]
    [InlineData("chunked")]
    [InlineData("until close")]
    public async Task A_long_answer_is_streamed_completely(string framing)
    {
        await using var endpoint = new RawServer(connection => SendLargeAsync(connection, framing, whole: true));
        await using var router = await RunningRouter.StartAsync(endpoint);
        using var client = await router.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(RunningRouter.Infer());
            var answer = (await client.ReadMessageAsync())!;
            Assert.Equal(Large, answer.Text);
            Assert.Equal(framing == "Content-Length", answer["Content-Length"] is not null);
        }

        Assert.Equal(framing == "until close" ? 2 : 1, endpoint.Accepted);
    }

    [Theory]
    [InlineData("Content-Length")]
    [InlineData("chunked")]
    public async Task A_streamed_answer_that_breaks_is_cut_off_and_does_not_look_complete(string framing)
    {
        await using var endpoint = new RawServer(connection => SendLargeAsync(connection, framing, whole: false));
        await using var router = await RunningRouter.StartAsync(endpoint);
        using var client = await router.ConnectAsync();
        await client.SendAsync(RunningRouter.Infer());
        await Assert.ThrowsAnyAsync<Exception>(() => client.ReadMessageAsync());
        await RunningRouter.UntilAsync(
            async () => await router.CountAsync("modelserving_router_errors_total", "reason=\"cut-short\"") == 1 &&
                await router.CountAsync("modelserving_router_request_duration_seconds_count", "status=\"502\"") == 1,
            "the cut answer is counted as the version's failure");
    }

    [Fact]
    public async Task A_version_that_does_not_answer_is_504_and_its_connection_is_closed()
    {
        foreach (var begun in (string[])[
            "",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
        ])
        {
            await using var endpoint = new RawServer(async connection =>
            {
                await connection.ReadMessageAsync();
                await connection.SendAsync(begun);
                await connection.ReadToEndAsync();
            });
            await using var router = await RunningRouter.StartAsync(endpoint, deadlineMilliseconds: 100);
            (await router.InferAsync()).AssertProblem(504, "deadline");
            await RunningRouter.UntilAsync(() => endpoint.Open == 0, "the connection is closed");
        }
    }

    [Fact]
    public async Task A_slow_client_of_a_streamed_answer_uses_its_own_time_not_the_versions()
    {
        await using var endpoint = new RawServer(async connection =>
        {
            await connection.ReadMessageAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 16000000\r\n\r\n");
            for (var i = 0; i < 16; i++)
                await connection.SendAsync(new byte[1_000_000]);
        });
        await using var router = await RunningRouter.StartAsync(endpoint, deadlineMilliseconds: 1000);
        using var client = await router.ConnectAsync(receiveBuffer: 16 * 1024);
        await client.SendAsync(RunningRouter.Infer());
        var head = (await client.ReadHeadAsync())!;
        Assert.Equal(200, head.Status);
        await Task.Delay(2500);
        Assert.Equal(16_000_000, (await client.ReadExactlyAsync(16_000_000)).Length);
    }

    [Fact]
    public async Task A_streamed_answer_whose_version_pauses_for_longer_than_the_deadline_is_cut()
    {
        await using var endpoint = new RawServer(async connection =>
        {
            await connection.ReadMessageAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 16000000\r\n\r\nbegun");
            await connection.ReadToEndAsync();
        });
        // Long enough for the head on a busy machine.
        await using var router = await RunningRouter.StartAsync(endpoint, deadlineMilliseconds: 2000);
        using var client = await router.ConnectAsync();
        await client.SendAsync(RunningRouter.Infer());
        Assert.Equal(200, (await client.ReadHeadAsync())!.Status);
        Assert.Equal("begun", Encoding.Latin1.GetString(await client.ReadToEndAsync()));
    }

    [Fact]
    public async Task An_idle_connection_that_the_endpoint_closed_is_noticed_before_it_is_used()
    {
        var closed = new SemaphoreSlim(0);
        await using var endpoint = new RawServer(async connection =>
        {
            await connection.ReadMessageAsync();
            await connection.SendAsync(RawServer.Ok("{}"));
            connection.Dispose();
            closed.Release();
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        for (var i = 1; i <= 20; i++)
        {
            Assert.Equal(200, (await router.InferAsync()).Status);
            Assert.True(await closed.WaitAsync(RawConnection.Patience));
            Assert.Equal(i, endpoint.Accepted);
        }
    }

    [Fact]
    public async Task A_connection_closed_in_the_moment_of_its_use_is_502_for_a_POST_and_a_GET_gets_another()
    {
        await using var endpoint = new RawServer(async (connection, number) =>
        {
            await connection.ReadMessageAsync();
            await connection.SendAsync(RawServer.Ok($"{number}"));
            await connection.ReadHeadAsync();
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        Assert.Equal("0", (await router.InferAsync()).Text);
        (await router.InferAsync()).AssertProblem(502, "connection-lost");
        Assert.Equal("1", (await router.InferAsync()).Text);
        Assert.Equal("2", (await router.AskAsync(RunningRouter.Get("/v2/models/fraud"))).Text);
    }

    [Fact]
    public async Task A_GET_is_tried_again_only_once()
    {
        await using var endpoint = new RawServer(async (connection, number) =>
        {
            await connection.ReadMessageAsync();
            if (number == 0)
                await connection.SendAsync(RawServer.Ok("{}"));
            await connection.ReadHeadAsync();
        });
        await using var router = await RunningRouter.StartAsync(endpoint, deadlineMilliseconds: 1500);
        Assert.Equal(200, (await router.InferAsync()).Status);
        (await router.AskAsync(RunningRouter.Get("/v2/models/fraud"))).AssertProblem(504, "deadline");
        Assert.Equal(2, endpoint.Accepted);
    }

    [Fact]
    public async Task Requests_in_flight_at_a_retired_endpoint_end_there_and_later_ones_go_to_the_new_one()
    {
        using var go = new SemaphoreSlim(0);
        await using var old = new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is not null)
            {
                await go.WaitAsync();
                await connection.SendAsync(RawServer.Ok("old"));
            }
        });
        await using var next = RawServer.Saying("new");
        await using var router = await RunningRouter.StartAsync(old);
        var inFlight = Enumerable.Range(0, 10).Select(_ => router.InferAsync()).ToArray();
        await RunningRouter.UntilAsync(() => old.Open == 10, "ten requests are in flight");
        router.Swap(SomePlan.Stable(), SomePlan.Endpoints((1, next.Address)));
        Assert.Equal("new", (await router.InferAsync()).Text);
        go.Release(10);
        foreach (var request in inFlight)
            Assert.Equal("old", (await request).Text);
        await RunningRouter.UntilAsync(() => old.Open == 0, "no connection to the old endpoint is kept");
        Assert.Equal("new", (await router.InferAsync()).Text);
    }

    [Fact]
    public async Task A_restarted_endpoint_on_the_same_port_gets_new_connections()
    {
        var first = RawServer.Saying("first");
        await using var router = await RunningRouter.StartAsync(first);
        for (var i = 0; i < 5; i++)
            Assert.Equal("first", (await router.InferAsync()).Text);
        await first.DisposeAsync();
        (await router.InferAsync()).AssertProblem(503, "no-ready-endpoint");
        await using var second = RawServer.Saying("second", first.Address.Port);
        for (var i = 0; i < 5; i++)
            Assert.Equal("second", (await router.InferAsync()).Text);
    }

    private static async Task SendLargeAsync(RawConnection connection, string framing, bool whole)
    {
        while (await connection.ReadMessageAsync() is not null)
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\n" + framing switch
            {
                "Content-Length" => $"Content-Length: {Large.Length}\r\n\r\n",
                "chunked" => "Transfer-Encoding: chunked\r\n\r\n",
                _ => "\r\n",
            });
            for (var sent = 0; sent < Large.Length - (whole ? 0 : 10);)
            {
                var piece = Large[sent..Math.Min(Large.Length - (whole ? 0 : 10), sent + 30_000)];
                await connection.SendAsync(framing == "chunked" ? $"{piece.Length:x}\r\n{piece}\r\n" : piece);
                sent += piece.Length;
            }

            if (!whole || framing == "until close")
                return;
            if (framing == "chunked")
                await connection.SendAsync("0\r\n\r\n");
        }
    }
}
