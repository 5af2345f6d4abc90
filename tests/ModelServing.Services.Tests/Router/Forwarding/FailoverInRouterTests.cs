using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Routing;
using ModelServing.Services.Tests.Functions.Listener;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Forwarding;

/// <summary>A whole router retries a canary's failure on stable, while time and budget allow.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class FailoverInRouterTests : IAsyncDisposable
{
    private const string Retries = "modelserving_router_retries_total";
    private const string RefusedRetries = "modelserving_router_refused_retries_total";

    private static readonly PlanDocument AllCanary = SomePlan.Canary(PlanDocument.Buckets);
    private static readonly string Large = new('x', Exchange.HoldLimit + 1);

    private readonly RawServer stable = RawServer.Answering(static request => RawServer.Ok(request.Text));

    public ValueTask DisposeAsync() => stable.DisposeAsync();

    [Theory]
    [InlineData("HTTP/1.1 500 X\r\nContent-Length: 4\r\nX-Theirs: 1\r\n\r\noops", "error", true)]
    [InlineData("HTTP/1.1 503 X\r\nTransfer-Encoding: chunked\r\nRetry-After: 7\r\n\r\n4\r\noops\r\n0\r\n\r\n", "error", true)]
    [InlineData("HTTP/1.1 504 X\r\n\r\noops", "late", false)]
    [InlineData("HTTP/1.1 599 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "error", false)]
    [InlineData("HTTP/1.1 500 X\r\nContent-Length: {large}\r\n\r\n{body}", "error", false)]
    [InlineData("HTTP/1.1 500 X\r\n\r\n{body}", "error", false)]
    [InlineData("", "connection-lost", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", "connection-lost", false)]
    [InlineData("HTTP/1.1 500 X\r\nContent-Length: 10\r\n\r\nhello", "connection-lost", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "bad-answer", false)]
    public async Task A_failed_canary_call_is_answered_by_stable_and_the_answer_names_the_canary(
        string wire,
        string reason,
        bool keepsConnection)
    {
        string? seen = null;
        await using var canary = new RawServer(async connection =>
        {
            // A reusable connection must not be closed: the router could meet it in the moment of its end.
            do
            {
                if (await connection.ReadMessageAsync() is not { } request)
                    return;
                seen = request.Text;
                await connection.SendAsync(wire.Replace("{large}", $"{Large.Length}", StringComparison.Ordinal)
                    .Replace("{body}", Large, StringComparison.Ordinal));
            }
            while (keepsConnection);
        });
        await using var router = await RunningRouter.StartAsync(AllCanary, SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        using var client = await router.ConnectAsync();
        for (var i = 1; i <= 3; i++)
        {
            await client.SendAsync(RunningRouter.Infer($"body {i}"));
            AssertRetried((await client.ReadMessageAsync())!, $"body {i}");
            Assert.Equal($"body {i}", seen);
        }

        await router.AssertCountAsync(3, Retries, "model=\"fraud\"", "version=\"2\"", "variant=\"canary\"", $"reason=\"{reason}\"");
        var outcome = reason is "bad-answer" or "late" ? "error" : reason;
        await router.AssertCountAsync(3, "modelserving_router_attempts_total", "variant=\"canary\"", $"outcome=\"{outcome}\"");
        await router.AssertCountAsync(3, "modelserving_router_request_duration_seconds_count", "variant=\"stable\"", "status=\"200\"");
        await router.AssertCountAsync(0, "modelserving_router_errors_total");
    }

    [Fact]
    public async Task A_complete_answer_that_is_held_back_leaves_its_connection_in_use()
    {
        await using var canary = RawServer.Answering(static _ => "HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\noops");
        await using var router = await RunningRouter.StartAsync(AllCanary, SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        for (var i = 0; i < 20; i++)
            AssertRetried(await router.InferAsync("a"), "a");
        Assert.Equal((1, 1), (canary.Accepted, stable.Accepted));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_unreachable_canary_costs_no_budget(bool isKnown)
    {
        await using var router = await RunningRouter.StartAsync(
            AllCanary,
            SomePlan.Endpoints([(1, stable.Address), .. isKnown ? [(2, RawServer.NobodyThere())] : Array.Empty<(int, IPEndPoint)>()]),
            RunningRouter.WithSteppedTime(out _));
        Drain(router);
        const int Requests = 20;
        for (var i = 0; i < Requests; i++)
            AssertRetried(await router.InferAsync("a"), "a");
        // Everything that these requests added is still there.
        Assert.Equal((int)(Requests * (1 + RetryBudget.RequestShare)), Drain(router));
        await router.AssertCountAsync(20, Retries, "reason=\"unreachable\"");
        await router.AssertCountAsync(0, RefusedRetries);
    }

    [Fact]
    public async Task Without_budget_the_failure_is_the_answer()
    {
        var wire = "HTTP/1.1 500 X\r\nContent-Length: 4\r\nConnection: close\r\nX-Theirs: 1\r\n\r\noops";
        RunningRouter? router = null;
        await using var canary = new RawServer(async connection =>
        {
            await connection.ReadMessageAsync();
            Drain(router!);
            await connection.SendAsync(wire);
        });
        await using var running = router = await RunningRouter.StartAsync(
            AllCanary, SomePlan.Endpoints((1, stable.Address), (2, canary.Address)), RunningRouter.WithSteppedTime(out _));
        var answer = await router.InferAsync();
        answer.AssertAnswer(500, "oops", variant: "canary", version: "2");
        Assert.Equal("1", answer["X-Theirs"]);
        await router.AssertCountAsync(1, RefusedRetries, "version=\"2\"", "variant=\"canary\"", "reason=\"error\"");
        await router.AssertCountAsync(1, "modelserving_router_errors_total", "variant=\"canary\"", "reason=\"upstream\"");

        wire = "";
        (await router.InferAsync()).AssertProblem(502, "connection-lost");
        wire = "nonsense\r\n\r\n";
        (await router.InferAsync()).AssertProblem(502, "bad-answer");
        await router.AssertCountAsync(3, RefusedRetries);
        await router.AssertCountAsync(0, Retries);
        Assert.Equal(0, stable.Accepted);
    }

    [Fact]
    public async Task A_canary_that_is_late_is_cut_at_the_attempt_limit_and_stable_answers()
    {
        await using var canary = SomeServers.Silent();
        await using var router = await RunningRouter.StartAsync(
            AllCanary.Limited(50), SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        AssertRetried(await router.InferAsync("a"), "a");
        await RunningRouter.UntilAsync(() => canary.Open == 0, "the canary's connection is closed");
        await router.AssertCountAsync(1, Retries, "reason=\"late\"");
    }

    [Fact]
    public async Task A_late_canary_without_budget_or_time_is_504()
    {
        // Not as soon as the canary has the connection: the router may not know that yet, and would count the time as connecting.
        var received = new StrongBox<int>();
        await using var canary = SomeServers.Silent(received);
        await using var router = await RunningRouter.StartAsync(
            AllCanary.Limited(5_000),
            SomePlan.Endpoints((1, stable.Address), (2, canary.Address)),
            RunningRouter.WithSteppedTime(out var time));
        var answering = router.InferAsync();
        await RunningRouter.UntilAsync(() => Volatile.Read(ref received.Value) == 1, "the canary has the request");
        await AdvanceUntilAsync(time, answering, () => Drain(router));
        (await answering).AssertProblem(504, "deadline");
        await router.AssertCountAsync(1, RefusedRetries, "reason=\"late\"");

        router.Swap(
            SomePlan.Canary(PlanDocument.Buckets, 1000).Limited(1000), SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        answering = router.InferAsync();
        await RunningRouter.UntilAsync(() => Volatile.Read(ref received.Value) == 2, "the canary has the request");
        await AdvanceUntilAsync(time, answering);
        (await answering).AssertProblem(504, "deadline");
        await router.AssertCountAsync(1, RefusedRetries);
        await router.AssertCountAsync(0, Retries);
        Assert.Equal(0, stable.Accepted);
    }

    [Fact]
    public async Task Stable_is_never_cut_by_the_attempt_limit_and_its_own_failures_are_not_retried()
    {
        using var go = new SemaphoreSlim(0);
        var wire = RawServer.Ok("late");
        var received = 0;
        await using var slow = new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is not null)
            {
                Interlocked.Increment(ref received);
                await go.WaitAsync();
                await connection.SendAsync(wire);
            }
        });
        await using var canary = RawServer.Saying("canary");
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(0).Limited(1000),
            SomePlan.Endpoints((1, slow.Address), (2, canary.Address)),
            RunningRouter.WithSteppedTime(out var time));
        var answering = router.InferAsync();
        await RunningRouter.UntilAsync(() => Volatile.Read(ref received) == 1, "stable has the request");
        time.Advance(TimeSpan.FromSeconds(10));
        go.Release();
        var answer = await answering;
        answer.AssertAnswer(200, "late", variant: "stable");

        wire = "HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\noops";
        go.Release();
        Assert.Equal(500, (await router.InferAsync()).Status);
        Assert.Equal(0, canary.Accepted);
        await router.AssertCountAsync(0, Retries);
    }

    [Fact]
    public async Task A_pinned_request_is_not_retried()
    {
        await using var canary = RawServer.Answering(static _ => "HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\noops");
        await using var router = await RunningRouter.StartAsync(AllCanary, SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        var pinned = await router.InferAsync(path: "/v2/models/fraud/versions/2/infer");
        pinned.AssertAnswer(500, variant: "pinned");
        Assert.Equal(500, (await router.AskAsync(RunningRouter.Get("/v2/models/fraud/versions/2/ready"))).Status);
        Assert.Equal(0, stable.Accepted);
        await router.AssertCountAsync(0, Retries);
        await router.AssertCountAsync(0, RefusedRetries);
    }

    [Fact]
    public async Task If_the_retry_fails_too_stables_failure_is_the_answer()
    {
        await using var canary = RawServer.Answering(static _ => "HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\noops");
        await using var broken = RawServer.Answering(static _ => "HTTP/1.1 503 X\r\nContent-Length: 5\r\n\r\nworse");
        await using var router = await RunningRouter.StartAsync(AllCanary, SomePlan.Endpoints((1, broken.Address), (2, canary.Address)));
        var answer = await router.InferAsync();
        answer.AssertAnswer(503, "worse", variant: "stable", failover: "canary");
        router.Swap(AllCanary, SomePlan.Endpoints((2, canary.Address)));
        answer = await router.InferAsync();
        answer.AssertProblem(503, "no-ready-endpoint");
        answer.AssertAnswer(503, variant: "stable", failover: "canary");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(ClientBody.AheadLimit)]
    [InlineData(ClientBody.AheadLimit + 1)]
    [InlineData(ClientBody.JoinedLimit)]
    [InlineData(ClientBody.JoinedLimit + 1)]
    [InlineData(9 * ClientBody.JoinedLimit)]
    public async Task A_body_of_any_length_is_kept_for_stable(int length)
    {
        await using var canary = RawServer.Answering(static _ => "HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\noops");
        await using var router = await RunningRouter.StartAsync(AllCanary, SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        var body = string.Concat(Enumerable.Range(0, length).Select(static i => (char)('a' + (i % 26))));
        foreach (var chunked in (bool[])[false, true])
        {
            // The client's connection can be used again.
            using var client = await router.ConnectAsync();
            for (var i = 0; i < 2; i++)
            {
                await client.SendAsync(chunked ? Chunked(body) : RunningRouter.Infer(body));
                AssertRetried((await client.ReadMessageAsync())!, body);
            }
        }

        // A request that no version has seen can be sent again, whatever its length.
        router.Swap(AllCanary, SomePlan.Endpoints((1, stable.Address), (2, RawServer.NobodyThere())));
        foreach (var request in (string[])[RunningRouter.Infer(body), Chunked(body)])
            AssertRetried(await router.AskAsync(request), body);
    }

    [Fact]
    public async Task A_long_body_is_kept_although_the_canary_answers_before_it_has_all_of_it()
    {
        await using var canary = new RawServer(static async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 503 X\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops");
        });
        await using var router = await RunningRouter.StartAsync(AllCanary, SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        var body = new string('x', 5 * ClientBody.JoinedLimit);
        using var client = await router.ConnectAsync();
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync(RunningRouter.Infer(body));
            AssertRetried((await client.ReadMessageAsync())!, body);
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\noops", 500)]
    [InlineData("HTTP/1.1 400 X\r\nContent-Length: 4\r\n\r\noops", 400)]
    [InlineData("HTTP/1.1 200 OK\r\nX-Model-Outcome: non-finite\r\nContent-Length: 4\r\n\r\noops", 200)]
    public async Task Without_room_for_the_body_the_answer_says_that_stable_was_not_asked(string wire, int status)
    {
        await using var canary = RawServer.Answering(_ => wire);
        await using var router = await RunningRouter.StartAsync(static settings => settings with { BudgetBytes = ClientBody.JoinedLimit });
        router.Swap(AllCanary, SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        var body = new string('x', 2 * ClientBody.JoinedLimit);
        foreach (var request in (string[])[RunningRouter.Infer(body), Chunked(body)])
        {
            var answer = await router.AskAsync(request);
            answer.AssertAnswer(status, "oops", variant: "canary");
            Assert.Equal("body-not-kept", answer["X-Model-Failover-Refused"]);
        }

        await router.AssertCountAsync(2, "modelserving_router_uncounted_failures_total", "reason=\"body-not-kept\"");
        Assert.Equal(0, stable.Accepted);
        // A short one has room.
        AssertRetried(await router.InferAsync("hello"), "hello");
    }

    [Fact]
    public async Task A_long_body_without_room_that_the_canary_refuses_by_its_head_is_given_up()
    {
        await using var canary = new RawServer(static async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 503 X\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops");
        });
        using var log = new RecordedLog();
        await using (var router = await RunningRouter.StartAsync(
            static settings => settings with { BudgetBytes = ClientBody.JoinedLimit },
            services => services.AddSingleton<ILoggerFactory>(log)))
        {
            router.Swap(AllCanary, SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
            var body = new string('x', 2 * ClientBody.JoinedLimit);
            foreach (var request in (string[])[RunningRouter.Infer(body), Chunked(body)])
                (await router.AskAsync(request)).AssertAnswer(503, "oops", variant: "canary");
        }

        // The server says so if it can't read the rest, because somebody still holds what was read.
        Assert.DoesNotContain(log.Lines, static line => line.Exception is InvalidOperationException);
    }

    [Fact]
    public async Task A_canary_that_dies_with_requests_in_flight_fails_none_of_them()
    {
        const int InFlight = 64;
        await using var canary = SomeServers.Silent();
        await using var router = await RunningRouter.StartAsync(AllCanary, SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        var answering = Enumerable.Range(0, InFlight).Select(i => router.InferAsync($"{i}")).ToArray();
        await RunningRouter.UntilAsync(() => canary.Open == InFlight, "all are in flight");
        canary.Kill();
        for (var i = 0; i < InFlight; i++)
            AssertRetried(await answering[i], $"{i}");
    }

    /// <summary>Empties the model's retry budget, and returns how many tokens it had.</summary>
    private static int Drain(RunningRouter router)
    {
        var taken = 0;
        while (router.Fraud.Budget.TryTake())
            taken++;
        return taken;
    }

    private static async Task AdvanceUntilAsync(SteppedTime time, Task ended, Action? eachStep = null) => await RunningRouter.UntilAsync(
        () =>
        {
            time.Advance(DeadlineSweep.Period);
            eachStep?.Invoke();
            return ended.IsCompleted;
        },
        "the request ends");

    private static string Chunked(string body) =>
        $"POST {RunningRouter.InferPath} HTTP/1.1\r\nHost: router\r\nTransfer-Encoding: chunked\r\n\r\n" +
        $"{string.Concat(body.Chunk(70_001).Select(static piece => $"{piece.Length:x}\r\n{new string(piece)}\r\n"))}0\r\n\r\n";

    private static void AssertRetried(RawMessage answer, string text)
    {
        answer.AssertAnswer(200, variant: "stable", version: "1", failover: "canary");
        Assert.True(text == answer.Text, "the answer is not stable's answer to this body");
        Assert.Null(answer["X-Theirs"]);
        Assert.Null(answer["Retry-After"]);
    }
}
