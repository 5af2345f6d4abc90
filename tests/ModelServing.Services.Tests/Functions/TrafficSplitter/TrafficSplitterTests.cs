using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Cache;
using ModelServing.Cache.Guard;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Rollouts.Watching;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Clients;
using ModelServing.Services.Tests.Rollout.Guard;
using ModelServing.Services.Tests.Router;
using ModelServing.Services.Tests.Router.Rollouts;

namespace ModelServing.Services.Tests.Functions.TrafficSplitter;

/// <summary>The function in front of a whole router, over redis-server.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class TrafficSplitterTests : IAsyncLifetime
{
    private TestedCache cache = null!;
    private SomeRouters routers = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        cache = await TestedRedis.StartAsync();
        routers = new SomeRouters(cache);
    }

    public async ValueTask DisposeAsync()
    {
        if (routers is not null)
            await routers.DisposeAsync();
    }

    [Fact]
    public async Task Callers_get_the_variant_and_the_headers_that_the_router_gives()
    {
        var (router, splitter) = await StartAsync(SomeRouters.PatientCanary2());
        await using var _ = splitter;
        for (var i = 0; i < 60; i++)
        {
            var through = await splitter.InferAsync(customer: $"customer {i}");
            var direct = await router.InferAsync("{}", $"X-Customer: customer {i}\r\n");
            Assert.Equal((direct.Status, direct.Text, direct["X-Model-Variant"]),
                (through.Status, through.Text, through.Headers["X-Model-Variant"]));
            Assert.Equal(
                direct.Headers.Select(static header => header.Name.ToUpperInvariant()).Except(["DATE", "CONTENT-LENGTH"]).Order(),
                through.Headers.Keys.Select(static name => name.ToUpperInvariant()).Order());
        }

        Assert.Equal(120, routers.Versions[0].Seen + routers.Canary.Seen);
    }

    [Theory]
    [InlineData("GET", "/v2/models/fraud", "", 200)]
    [InlineData("GET", "/v2/models/fraud/ready", "", 200)]
    [InlineData("GET", "/v2/models/fraud/infer", "", 405)]
    [InlineData("HEAD", "/v2/models/fraud", "", 200)]
    [InlineData("HEAD", "/v2/models/other/ready", "", 404)]
    [InlineData("POST", "/v2/models/other/infer", "", 404)]
    [InlineData("POST", "/v2/models/fraud/wonder", "", 404)]
    [InlineData("POST", "/v2/models/FRAUD/infer", "", 404)]
    [InlineData("POST", "/v2/models/fraud/versions/2/infer", "", 200)]
    [InlineData("POST", "/v2/models/fraud/versions/9/infer", "", 404)]
    [InlineData("POST", "//v2/models/fraud/infer", "", 404)]
    [InlineData("POST", "/v2/models/fraud/infer", "X-Request-Timeout: soon", 400)]
    [InlineData("POST", "/v2/models/fraud/infer", "X-API-Key: msk_wrong", 401)]
    [InlineData("POST", "/v2/models/fraud/infer", "X-API-Key: msk_reporter", 403)]
    [InlineData("POST", "/v2/models/fraud/infer/", "", 200)]
    [InlineData("POST", "/v2/models/fr%61ud/infer?a=b", "", 200)]
    public async Task Every_other_request_has_the_routers_answer(string method, string url, string header, int status)
    {
        var (router, splitter) = await StartAsync(SomeRouters.OnlyStable(1));
        await using var _ = splitter;
        var parts = header.Split(": ");
        var through = await splitter.SendAsync(
            method, url, method == "POST" ? "{}"u8.ToArray() : default, null, header.Length == 0 ? [] : [(parts[0], parts[1])]);
        var line = header.Length == 0 ? "" : header + "\r\n";
        var direct = await router.AskAsync(method == "POST" ? RunningRouter.Infer("{}", line, url) : RunningRouter.Get(url, line));
        Assert.Equal((status, status), (direct.Status, through.Status));
        Assert.Equal(WithoutId(direct.Text), WithoutId(through.Text));
        Assert.Equal(direct["Content-Type"], through.Headers.GetValueOrDefault("Content-Type"));
        Assert.DoesNotContain(through.Headers.Keys, static name => name.StartsWith("X-Split-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_tester_chooses_the_variant_and_any_other_caller_does_not()
    {
        var (_, splitter) = await StartAsync(SomeRouters.PatientCanary2(0));
        await using var _2 = splitter;
        var tester = await splitter.InferAsync(headers: [("X-Model-Variant", "canary"), ("X-API-Key", SomeClients.TesterKey)]);
        Assert.Equal("v2", tester.Text);
        Assert.Equal("v1", (await splitter.InferAsync(headers: ("X-Model-Variant", "canary"))).Text);
    }

    [Theory]
    [InlineData("HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\noops")]
    [InlineData("HTTP/1.1 422 X\r\nContent-Length: 4\r\n\r\noops")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Model-Outcome: non-finite\r\nContent-Length: 4\r\n\r\noops")]
    [InlineData("nonsense\r\n\r\n")]
    public async Task A_failed_canary_is_answered_by_stable(string wire)
    {
        var (_, splitter) = await StartAsync(SomeRouters.PatientCanary2(PlanDocument.Buckets));
        await using var _2 = splitter;
        routers.Canary.Fail(wire);
        var answer = await splitter.InferAsync();
        Assert.Equal((200, "v1", "stable", "canary"),
            (answer.Status, answer.Text, answer.Headers["X-Model-Variant"], answer.Headers["X-Model-Failover"]));
    }

    [Fact]
    public async Task If_stable_fails_too_its_answer_is_the_callers_and_nothing_counts()
    {
        var (_, splitter) = await StartAsync(SomeRouters.PatientCanary2(PlanDocument.Buckets));
        await using var _2 = splitter;
        routers.Canary.Fail();
        routers.Versions[0].Fail("HTTP/1.1 418 X\r\nContent-Length: 3\r\n\r\ntea");
        Assert.Equal((418, "tea"), ((await splitter.InferAsync()) is var answer ? answer.Status : 0, answer.Text));
        var counts = await CountsAsync();
        Assert.Equal((0, 0), (counts.All.Total(GuardKind.Error).Watched, counts.All.Total(GuardKind.Error).Other));
    }

    [Fact]
    public async Task Counts_are_in_the_cache_before_the_caller_has_its_answer_and_the_guard_of_the_routers_condemns_on_them()
    {
        var (router, splitter) = await StartAsync(SomeRouters.Canary2());
        await using var _ = splitter;
        routers.Canary.Fail();
        var failures = 0;
        for (var i = 0; !SomeRouters.IsCondemned(router, 2); i++)
        {
            Assert.True(i < 10_000, "the canary is never condemned");
            var answer = await splitter.InferAsync(customer: $"{i}");
            Assert.Equal((200, "v1"), (answer.Status, answer.Text));
            failures += answer.Headers.ContainsKey("X-Model-Failover") ? 1 : 0;
            if (i < 20)
                Assert.Equal(failures, (await CountsAsync()).All.Total(GuardKind.MaxErrorRate).Watched);
        }

        var seen = routers.Canary.Seen;
        for (var i = 0; i < 50; i++)
            Assert.False((await splitter.InferAsync(customer: $"{i}")).Headers.ContainsKey("X-Model-Failover"));
        Assert.Equal(seen, routers.Canary.Seen);
    }

    // A router that no request reaches has no other reason to look.
    [Fact]
    public async Task What_a_function_counted_reaches_the_guard_of_a_router_that_counts_nothing_itself()
    {
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var router = await routers.StartAsync(with: SomeSplitter.ForSplitting);
        await RunningRouter.UntilAsync(() => router.Fraud.Watched is [{ Version.Last: not null }], "the guard has looked");
        var trial = new VersionTrial(SomePlan.Model, new ModelVersion(2), 1);
        await using var shared = new RouterCache(cache.Settings, "local", NullLogger<RouterCache>.Instance);
        var function = new WatchedVersion(trial, TimeProvider.System.GetUtcNow(), shared.CountsOf(trial));
        var exchange = new CountExchange(new RouterSettings { Plan = "file:none", Endpoints = "file:none" }, shared);
        for (var i = 0; i < 3; i++)
            function.Recorder.Record(i, Some.Failure(isWatched: true, minute: 1));
        await RunningRouter.UntilAsync(
            async () => (await exchange.AddUpAsync(function, usesCache: true, Token)).Scope == GuardScope.Sum, "the cache has the counts");
        await RunningRouter.UntilAsync(
            () => router.Fraud.Watched.Single().Version.Last!.Counts.All.Total(GuardKind.Error).Watched == 3,
            "the guard has seen the function's counts");
    }

    [Fact]
    public async Task Without_the_cache_the_last_rollouts_are_served_and_counts_wait_for_it()
    {
        var (_, splitter) = await StartAsync(SomeRouters.PatientCanary2(PlanDocument.Buckets));
        await using var _2 = splitter;
        Assert.Equal("v2", (await splitter.InferAsync()).Text);
        await cache.KillAsync();
        routers.Canary.Fail();
        for (var i = 0; i < 3; i++)
            Assert.Equal((200, "v1"), ((await splitter.InferAsync()) is var answer ? answer.Status : 0, answer.Text));
        await cache.RestartAsync();
        routers.Canary.Recover();
        await RunningRouter.UntilAsync(
            async () => (await splitter.InferAsync()).Status == 200 && (await CountsAsync()).All.Total(GuardKind.MaxErrorRate).Watched == 3,
            "the counts are in the cache");
    }

    [Fact]
    public async Task A_function_that_never_read_a_plan_reaches_only_stable()
    {
        await routers.ApplyAsync(SomeRouters.PatientCanary2(PlanDocument.Buckets));
        var router = await routers.StartAsync(with: SomeSplitter.ForSplitting);
        await cache.KillAsync();
        await using var splitter = await SomeSplitter.StartAsync(router.Split.ToString(), cache.Settings);
        for (var i = 0; i < 10; i++)
            Assert.Equal((200, "v1"), ((await splitter.InferAsync()) is var answer ? answer.Status : 0, answer.Text));
        Assert.Equal(0, routers.Canary.Seen);
        await cache.RestartAsync();
        await RunningRouter.UntilAsync(async () => (await splitter.InferAsync()).Text == "v2", "the function has read the plan");
    }

    [Fact]
    public async Task While_the_journal_is_unread_only_stable_gets_requests()
    {
        await routers.ApplyAsync(SomeRouters.PatientCanary2(PlanDocument.Buckets));
        routers.Store.IsUnavailable = true;
        var router = await routers.StartAsync(with: SomeSplitter.ForSplitting);
        await using var splitter = await SomeSplitter.StartAsync(router, cache);
        for (var i = 0; i < 10; i++)
            Assert.Equal("v1", (await splitter.InferAsync()).Text);
        Assert.Equal(0, routers.Canary.Seen);
    }

    private async Task<ClientCounts> CountsAsync()
    {
        var counts = new TrialCounts(cache.Open(), "local", new VersionTrial(SomePlan.Model, new ModelVersion(2), 1));
        return ClientCounts.Sum((await counts.ReadAsync(Token)).Values.Select(static one => ClientCounts.Parse(one.Span)));
    }

    private async Task<(RunningRouter Router, SomeSplitter Splitter)> StartAsync(PlanDocument plan)
    {
        await routers.ApplyAsync(plan);
        var router = await routers.StartAsync(with: SomeSplitter.ForSplitting);
        await RunningRouter.UntilAsync(() => router.Fraud.State is not null, "the journal is read");
        return (router, await SomeSplitter.StartAsync(router, cache));
    }

    private static string WithoutId(string text) =>
        text.IndexOf(",\"requestId\"", StringComparison.Ordinal) is >= 0 and var id ? text[..id] : text;
}
