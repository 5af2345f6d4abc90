using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Forwarding;

/// <summary>A caller that leaves a version less time than its model gives. What the version then misses is not its failure.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class ShortenedTimeTests
{
    private const string Attempts = "modelserving_router_attempts_total";
    private const string Late = "HTTP/1.1 504 X\r\nContent-Length: 0\r\n\r\n";

    // The deadline is 15 s and the attempt limit 7.5 s. So the canary has its whole limit if the body takes 7 s.
    [Theory]
    [InlineData(0, 100, 8, true)]
    [InlineData(PlanDocument.Buckets, 100, 8, true)]
    [InlineData(0, 100, 7, false)]
    [InlineData(PlanDocument.Buckets, 100, 7, false)]
    [InlineData(PlanDocument.Buckets, ClientBody.JoinedLimit + 1000, 8, true)]
    [InlineData(PlanDocument.Buckets, ClientBody.JoinedLimit + 1000, 7, false)]
    public async Task A_body_that_takes_long_shortens_the_time_of_its_version(int weight, int length, int seconds, bool isShortened)
    {
        string? told = null;
        await using var version = RawServer.Answering(request =>
        {
            told ??= request["X-Request-Timeout-Shortened"] ?? "no";
            return Late;
        });
        await using var stable = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(weight),
            SomePlan.Endpoints((1, weight == 0 ? version.Address : stable.Address), (2, version.Address)),
            RunningRouter.WithSteppedTime(out var time));
        await SendSlowlyAsync(router, time, length, TimeSpan.FromSeconds(seconds));
        await router.AssertCountAsync(1, Attempts, $"outcome=\"{(isShortened ? "client-error" : "error")}\"");
        Assert.Equal(1, await router.CountAsync(Attempts));
        Assert.Equal(isShortened ? "1" : "no", told);
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(7, false)]
    public async Task A_version_that_gets_a_body_as_it_arrives_is_told_what_shortens_its_time(int seconds, bool isShortened)
    {
        string? told = null;
        await using var version = new RawServer(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                Volatile.Write(ref told, head["X-Request-Timeout-Shortened"] ?? "no");
                await connection.ReadExactlyAsync(int.Parse(head["Content-Length"]!, System.Globalization.CultureInfo.InvariantCulture));
                await connection.SendAsync(Late);
            }
        });
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(0), SomePlan.Endpoints((1, version.Address)), RunningRouter.WithSteppedTime(out var time));
        await SendSlowlyAsync(router, time, ClientBody.AheadLimit + 1000, TimeSpan.FromSeconds(seconds), () => Volatile.Read(ref told));
        await router.AssertCountAsync(1, Attempts, $"outcome=\"{(isShortened ? "client-error" : "error")}\"");
        Assert.Equal("below=7500", told);
    }

    [Theory]
    [InlineData("504 X", "X-Request-Timeout: 10000\r\n", "excused", null)]
    [InlineData("408 X", "X-Request-Timeout: 10000\r\n", "excused", null)]
    [InlineData("500 X", "X-Request-Timeout: 10000\r\n", "error", "5000")]
    [InlineData("504 X", "", "error", "7500")]
    [InlineData("408 X", "", "error", "7500")]
    [InlineData("400 X", "X-Model-Failover-Within: 1\r\n", "error", "7500")]
    [InlineData("200 X\r\nX-Model-Outcome: non-finite", "", "non-finite", "7500")]
    public async Task Stables_process_hears_what_the_guard_counts(string status, string headers, string kind, string? within)
    {
        RawMessage? seen = null;
        await using var canary = RawServer.Answering(_ => $"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        await using var stable = RawServer.Answering(request =>
        {
            seen = request;
            return RawServer.Ok("{}");
        });
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(PlanDocument.Buckets), SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        Assert.Equal(200, (await router.InferAsync(headers: headers)).Status);
        Assert.Equal($"canary;version=2;trial=1;kind={kind}", seen!["X-Model-Failover"]);
        Assert.Equal(within, seen["X-Model-Failover-Within"]);
    }

    // Stable's process can't count the answers of its own that do not arrive.
    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")]
    [InlineData("no HTTP\r\n\r\n")]
    public async Task An_answer_that_does_not_arrive_is_no_comparison(string wire)
    {
        RawMessage? seen = null;
        await using var canary = new RawServer(async connection =>
        {
            _ = await connection.ReadHeadAsync();
            await connection.SendAsync(wire);
        });
        await using var stable = RawServer.Answering(request =>
        {
            seen = request;
            return RawServer.Ok("{}");
        });
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(PlanDocument.Buckets), SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        Assert.Equal(200, (await router.InferAsync()).Status);
        Assert.Equal("canary;version=2;trial=1;kind=broken", seen!["X-Model-Failover"]);
        Assert.Null(seen["X-Model-Failover-Within"]);
    }

    // Beside a canary, stable's first attempts are compared with the same limit. Stable alone is compared with nothing.
    [Theory]
    [InlineData(true, "", "7500")]
    [InlineData(true, "X-Request-Timeout: 10000\r\n", "5000")]
    [InlineData(false, "X-Model-Failover-Within: 1\r\nX-Model-Client-Group: 77\r\n", null)]
    public async Task Stables_process_hears_the_limit_and_the_client_of_each_first_attempt(bool hasCanary, string headers, string? within)
    {
        RawMessage? seen = null;
        await using var stable = RawServer.Answering(request =>
        {
            seen = request;
            return RawServer.Ok("{}");
        });
        await using var router = await RunningRouter.StartAsync(
            hasCanary ? SomePlan.Canary(0) : SomePlan.Stable(), SomePlan.Endpoints((1, stable.Address), (2, RawServer.NobodyThere())));
        Assert.Equal(200, (await router.InferAsync(headers: headers)).Status);
        Assert.Equal(within, seen!["X-Model-Failover-Within"]);
        Assert.InRange(int.Parse(seen["X-Model-Client-Group"]!, System.Globalization.CultureInfo.InvariantCulture), 0, 31);
    }

    [Fact]
    public async Task A_request_of_which_the_variant_has_seen_nothing_is_no_comparison()
    {
        RawMessage? seen = null;
        await using var stable = RawServer.Answering(request =>
        {
            seen = request;
            return RawServer.Ok("{}");
        });
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(PlanDocument.Buckets), SomePlan.Endpoints((1, stable.Address), (2, RawServer.NobodyThere())));
        Assert.Equal(200, (await router.InferAsync()).Status);
        Assert.Equal("canary;version=2;trial=1;kind=unreachable", seen!["X-Model-Failover"]);
        Assert.Null(seen["X-Model-Failover-Within"]);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n", "")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Model-Outcome: non-finite\r\nContent-Length: 0\r\n\r\n", "")]
    [InlineData(Late, "X-Request-Timeout: 10000\r\n")]
    [InlineData("HTTP/1.1 408 X\r\nContent-Length: 0\r\n\r\n", "X-Request-Timeout: 10000\r\n")]
    public async Task An_endpoint_is_not_blamed_for_what_its_caller_does(string wire, string headers)
    {
        await using var stable = RawServer.Saying("stable");
        await using var one = RawServer.Answering(_ => wire);
        await using var other = RawServer.Saying("good");
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(PlanDocument.Buckets),
            SomePlan.Endpoints((1, stable.Address), (2, one.Address), (2, other.Address)),
            RunningRouter.WithSteppedTime(out _));
        var failed = 0;
        for (var i = 0; i < 100; i++)
            failed += (await router.InferAsync(headers: headers)).Text == "good" ? 0 : 1;
        Assert.True(failed > 2 * EndpointHealth.FailuresToEject, "it was left out");
        await router.AssertCountAsync(0, "modelserving_router_ejections_total");
    }

    private static async Task SendSlowlyAsync(
        RunningRouter router, SteppedTime time, int length, TimeSpan pause, Func<string?>? begun = null)
    {
        using var client = await router.ConnectAsync();
        var message = RunningRouter.Infer(new string('x', length), "Expect: 100-continue\r\n");
        await client.SendAsync(message[..^length]);
        // The router has begun with the request, and with its time, before the clock moves.
        Assert.Equal(100, (await client.ReadHeadAsync())!.Status);
        await client.SendAsync(message[^length..^1]);
        if (begun is not null)
            await RunningRouter.UntilAsync(() => begun() is not null, "the version has the head");
        time.Advance(pause);
        await client.SendAsync(message[^1..]);
        Assert.NotNull(await client.ReadMessageAsync());
    }
}
