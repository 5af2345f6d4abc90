using ModelServing.Rollout.Guard;
using ModelServing.Services.Tests.Clients;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>What counts as evidence: only a failure that stable does not share, and never one client's failures alone.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class RolloutEvidenceTests
{
    private const string Error = "HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\noops";
    private const string ClientError = "HTTP/1.1 400 X\r\nContent-Length: 4\r\n\r\noops";
    private const string NonFinite = "HTTP/1.1 200 OK\r\nX-Model-Outcome: non-finite\r\nContent-Length: 4\r\n\r\noops";
    private const string Uncounted = "modelserving_router_uncounted_failures_total";

    [Theory]
    [InlineData(Error, 500)]
    [InlineData(ClientError, 400)]
    [InlineData(NonFinite, 200)]
    public async Task A_request_that_stable_fails_too_is_not_evidence(string failure, int status)
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Versions[0].Fail(failure);
        routers.Canary.Fail(failure);
        var compared = 0;
        for (var i = 0; i < 60; i++)
        {
            var answer = await router.InferAsync(headers: $"X-Customer: {i}\r\n");
            Assert.Equal((status, "oops", "stable"), (answer.Status, answer.Text, answer["X-Model-Variant"]));
            if (answer["X-Model-Failover"] == "canary")
                compared++;
        }

        Assert.InRange(compared, 10, 50);
        await router.AssertCountAsync(compared, Uncounted, "reason=\"stable-failed\"");
        Assert.Equal(0, Watched(router).Recorder.Read().All.Total(GuardKind.Error).Watched);
        Assert.Equal(0, Watched(router).Recorder.Read().All.Total(GuardKind.NonFinite).Watched);
        Assert.False(SomeRouters.IsCondemned(router, 2));
    }

    [Theory]
    [InlineData(Error)]
    [InlineData(ClientError)]
    [InlineData(NonFinite)]
    public async Task A_request_that_only_the_canary_fails_is_evidence_and_the_caller_gets_stables_answer(string failure)
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.Fail(failure);
        await RunningRouter.UntilAsync(
            async () =>
            {
                var answer = await router.InferAsync();
                Assert.Equal((200, "v1", "stable"), (answer.Status, answer.Text, answer["X-Model-Variant"]));
                return SomeRouters.IsCondemned(router, 2);
            },
            "it is condemned");
    }

    [Theory]
    [InlineData("HTTP/1.1 503 X\r\nX-Model-Outcome: busy\r\nContent-Length: 4\r\n\r\noops")]
    [InlineData("HTTP/1.1 413 X\r\nContent-Length: 4\r\n\r\noops")]
    [InlineData("HTTP/1.1 414 X\r\nContent-Length: 4\r\n\r\noops")]
    [InlineData("HTTP/1.1 422 X\r\nContent-Length: 4\r\n\r\noops")]
    [InlineData("HTTP/1.1 431 X\r\nContent-Length: 4\r\n\r\noops")]
    public async Task A_request_that_is_refused_because_of_others_or_of_its_length_is_answered_by_stable_and_not_evidence(string refusal)
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.Fail(refusal);
        var refused = 0;
        for (var i = 0; i < 60; i++)
        {
            var answer = await router.InferAsync(headers: $"X-Customer: {i}\r\n");
            Assert.Equal((200, "v1", "stable"), (answer.Status, answer.Text, answer["X-Model-Variant"]));
            if (answer["X-Model-Failover"] == "canary")
                refused++;
        }

        Assert.InRange(refused, 10, 50);
        await router.AssertCountAsync(refused, Uncounted, "reason=\"refused\"");
        Assert.Equal((0, 0), Watched(router).Recorder.Read().All.Total(GuardKind.Error));
        Assert.False(SomeRouters.IsCondemned(router, 2));
    }

    [Fact]
    public async Task A_deadline_that_the_caller_shortened_is_not_evidence()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.Delay = TimeSpan.FromMilliseconds(400);
        var failedOver = 0;
        for (var i = 0; i < 40; i++)
        {
            var answer = await router.InferAsync(headers: "X-Request-Timeout: 300\r\n");
            if (answer["X-Model-Failover"] is not null)
                failedOver++;
        }

        Assert.InRange(failedOver, 5, 35);
        Assert.Equal((0, 0), Watched(router).Recorder.Read().All.Total(GuardKind.Error));
        Assert.False(SomeRouters.IsCondemned(router, 2));
    }

    [Theory]
    [InlineData("X-Request-Timeout: 10000\r\n", 408, false)]
    [InlineData("X-Request-Timeout: 10000\r\n", 504, false)]
    [InlineData("", 408, true)]
    [InlineData("", 504, true)]
    public async Task A_version_that_says_so_itself_has_missed_a_shortened_deadline_too(string headers, int status, bool isEvidence)
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.Fail($"HTTP/1.1 {status} X\r\nContent-Length: 4\r\n\r\nlate");
        for (var i = 0; i < 40; i++)
            Assert.Equal("v1", (await router.InferAsync(headers: headers)).Text);
        Assert.InRange(routers.Canary.Failed, 5, 35);
        if (isEvidence)
            await RunningRouter.UntilAsync(() => Watched(router).Recorder.Read().All.Total(GuardKind.Error).Watched > 0, "it counts");
        else
            Assert.Equal((0, 0), Watched(router).Recorder.Read().All.Total(GuardKind.Error));
    }

    [Fact]
    public async Task An_answer_that_is_slow_at_stable_too_is_not_evidence()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2().With(static guard => guard with { SlowerThanMilliseconds = 50 }));
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Versions[0].Delay = routers.Canary.Delay = TimeSpan.FromMilliseconds(80);
        var slow = 0;
        for (var i = 0; i < 30; i++)
        {
            if ((await router.InferAsync())["X-Model-Variant"] == "canary")
                slow++;
        }

        Assert.NotEqual(0, slow);
        await router.AssertCountAsync(slow, Uncounted, "reason=\"stable-failed\"");
        Assert.Equal(0, Watched(router).Recorder.Read().All.Total(GuardKind.Slow).Watched);
    }

    [Fact]
    public async Task One_clients_failures_alone_never_condemn_while_others_use_the_model()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        // The canary fails the requests of one client only. The other sends a quarter of the traffic.
        for (var i = 0; i < 80; i++)
        {
            routers.Canary.Fail();
            await router.InferAsync(headers: SomeClients.Key(SomeClients.CallerKey) + $"X-Customer: {i}\r\n");
            routers.Canary.Recover();
            if (i % 3 == 0)
                await router.InferAsync(headers: $"X-Customer: {i}\r\n");
        }

        await RunningRouter.UntilAsync(
            () => Watched(router).Last?.Counts.All.Total(GuardKind.Error).Watched == routers.Canary.Failed, "all failures are counted");
        Assert.InRange(routers.Canary.Failed, 20, 60);
        Assert.False(SomeRouters.IsCondemned(router, 2));
        var guard = (await SomeRouters.StatusAsync(router)).Variants.Single(static variant => variant.Guard is not null).Guard!;
        Assert.All(guard.Readings, static reading => Assert.InRange(reading.Evidence, 0, 2));
        Assert.Equal("only one client's requests fail, and others use the model too", guard.Blind);

        // Now the other client's requests fail too.
        routers.Canary.Fail();
        for (var i = 0; i < 200 && !SomeRouters.IsCondemned(router, 2); i++)
            await router.InferAsync(headers: $"X-Customer: {i}\r\n");
        await RunningRouter.UntilAsync(() => SomeRouters.IsCondemned(router, 2), "it is condemned");
    }

    [Fact]
    public async Task The_failures_of_a_client_that_sends_nearly_all_of_the_traffic_condemn()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.Fail();
        await RunningRouter.UntilAsync(
            async () =>
            {
                await router.InferAsync(headers: SomeClients.Key(SomeClients.CallerKey));
                return SomeRouters.IsCondemned(router, 2);
            },
            "it is condemned");
    }

    [Fact]
    public async Task A_key_counts_for_each_client_apart()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.Fail();
        var key = 0;
        while ((await router.InferAsync(headers: $"X-Customer: {key}\r\n"))["X-Model-Failover"] is null)
            key++;
        for (var i = 0; i < 5; i++)
        {
            foreach (var client in (string[])[SomeClients.CallerKey, SomeClients.TesterKey])
                await router.InferAsync(headers: SomeClients.Key(client) + $"X-Customer: {key}\r\n");
        }

        await RunningRouter.UntilAsync(
            () => Watched(router).Last?.Counts.All.Total(GuardKind.Error).Watched == 3, "one failure of each client is counted");
    }

    private static ModelServing.Router.Rollouts.Watching.WatchedVersion Watched(RunningRouter router) =>
        router.Fraud.Watched.Single().Version;
}
