using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Endpoints;

/// <summary>Endpoints that fail, vanish and come back, over real connections.</summary>
[Collection(RunningRouter.OneAtATime)]
public class EndpointHealthTests
{
    private const string Ejections = "modelserving_router_ejections_total";
    private const string Endpoints = "modelserving_router_endpoints";

    [Theory]
    [InlineData("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", true)]
    [InlineData("HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", true)]
    [InlineData("nonsense\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true)]
    [InlineData("HTTP/1.1 429 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", false)]
    public async Task An_endpoint_that_keeps_failing_is_ejected_and_a_fault_of_the_client_is_not_a_failure(string wire, bool isEjected)
    {
        await using var bad = new RawServer(async connection =>
        {
            if (await connection.ReadMessageAsync() is { } request)
                await connection.SendAsync(wire);
        });
        await using var good = RawServer.Saying("good");
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Stable(), SomePlan.Endpoints((1, bad.Address), (1, good.Address)), RunningRouter.WithSteppedTime(out _));
        var failures = 0;
        for (var i = 0; i < 200; i++)
            failures += (await router.InferAsync()).Text == "good" ? 0 : 1;
        if (isEjected)
        {
            Assert.Equal(EndpointHealth.FailuresToEject, failures);
            await router.AssertCountAsync(1, Ejections, "model=\"fraud\"", "version=\"1\"");
            await router.AssertCountAsync(1, Endpoints, "version=\"1\"", "state=\"ejected\"");
        }
        else
        {
            Assert.InRange(failures, 50, 150);
            await router.AssertCountAsync(0, Ejections);
        }
    }

    [Fact]
    public void Another_program_at_the_same_address_is_not_known_to_report_its_work()
    {
        var health = new EndpointHealth(new SteppedTime());
        health.ReportedWork();
        health.Eject();
        health.MarkReady();
        Assert.True(health.ReportsWork);
        health.Refused();
        health.MarkReady();
        Assert.False(health.ReportsWork);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_in_time_is_ejected()
    {
        await using var silent = SomeServers.Silent();
        await using var good = RawServer.Saying("good");
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Stable(deadlineMilliseconds: 30), SomePlan.Endpoints((1, silent.Address), (1, good.Address)));
        await RunningRouter.UntilAsync(
            async () =>
            {
                await router.InferAsync();
                return await router.CountAsync(Ejections) == 1;
            },
            "it is ejected");
    }

    [Fact]
    public async Task An_ejected_endpoint_comes_back_when_its_ejection_is_over_and_its_version_is_ready()
    {
        var probes = new List<string>();
        var status = 500;
        var isReady = false;
        await using var one = RawServer.Answering(request =>
        {
            if (!request.StartLine.StartsWith("GET", StringComparison.Ordinal))
                return $"HTTP/1.1 {status} X\r\nContent-Length: 3\r\n\r\none";
            lock (probes)
                probes.Add(request.StartLine);
            return $"HTTP/1.1 {(isReady ? 200 : 503)} X\r\nContent-Length: 0\r\n\r\n";
        });
        await using var two = RawServer.Saying("two");
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Stable(), SomePlan.Endpoints((1, one.Address), (1, two.Address)), RunningRouter.WithSteppedTime(out var time));
        await RunningRouter.UntilAsync(
            async () => (await router.InferAsync()).Status == 200 && await router.CountAsync(Ejections) == 1, "it is ejected");
        status = 200;
        for (var i = 0; i < 50; i++)
            Assert.Equal("two", (await router.InferAsync()).Text);
        Assert.Empty(probes);

        time.Advance(EndpointHealth.BaseEjection);
        await AdvanceUntilAsync(() => probes.Count >= 3, "it is probed again and again");
        Assert.Equal("two", (await router.InferAsync()).Text);
        isReady = true;
        await AdvanceUntilAsync(
            () => router.Table.EndpointsOf(SomePlan.Model, new ModelVersion(1))!.CountIn(EndpointState.Ready) == 2, "it comes back");
        await RunningRouter.UntilAsync(async () => (await router.InferAsync()).Text == "one", "it gets requests again");
        Assert.All(probes, static line => Assert.Equal("GET /v2/models/fraud/versions/1/ready HTTP/1.1", line));

        Task AdvanceUntilAsync(Func<bool> condition, string what) => RunningRouter.UntilAsync(
            () =>
            {
                time.Advance(ReadinessProbe.Period);
                lock (probes)
                    return condition();
            },
            what);
    }

    [Fact]
    public async Task A_canary_whose_endpoints_are_gone_is_not_tried_until_one_is_ready()
    {
        await using var stable = RawServer.Saying("stable");
        var canary = RawServer.Saying("canary");
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(PlanDocument.Buckets),
            SomePlan.Endpoints((1, stable.Address), (2, canary.Address)),
            RunningRouter.WithSteppedTime(out var time));
        Assert.Equal("canary", (await router.InferAsync()).Text);
        await canary.DisposeAsync();
        for (var i = 0; i < 5; i++)
            Assert.Equal("stable", (await router.InferAsync()).Text);
        var version = router.Table.EndpointsOf(SomePlan.Model, new ModelVersion(2))!;
        Assert.Equal(time.GetTimestamp(), version.UnreachableSince);
        await router.AssertCountAsync(1, Endpoints, "version=\"2\"", "state=\"unreachable\"");

        await using var again = RawServer.Saying("again", canary.Address.Port);
        Assert.Equal("stable", (await router.InferAsync()).Text);
        Assert.Equal(0, again.Accepted);
        await RunningRouter.UntilAsync(
            () =>
            {
                time.Advance(ReadinessProbe.Period);
                return version.UnreachableSince is null;
            },
            "it comes back");
        Assert.Equal("again", (await router.InferAsync()).Text);
        await router.AssertCountAsync(0, Ejections);
    }

    [Fact]
    public async Task Stable_and_a_pinned_version_are_tried_even_if_no_endpoint_was_reachable_before()
    {
        var address = RawServer.NobodyThere();
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Stable(), SomePlan.Endpoints((1, address), (1, RawServer.NobodyThere())), RunningRouter.WithSteppedTime(out _));
        const string Pinned = "/v2/models/fraud/versions/1/infer";
        (await router.InferAsync()).AssertProblem(503, "no-ready-endpoint");
        (await router.InferAsync(path: Pinned)).AssertProblem(503, "no-ready-endpoint");
        await using var back = RawServer.Saying("back", address.Port);
        Assert.Equal("back", (await router.InferAsync(path: Pinned)).Text);
        Assert.Equal("back", (await router.InferAsync()).Text);
    }

    [Fact]
    public async Task A_slow_endpoint_gets_fewer_requests()
    {
        using var go = new SemaphoreSlim(0);
        var ofSlow = 0;
        await using var slow = new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is not null)
            {
                Interlocked.Increment(ref ofSlow);
                await go.WaitAsync();
                await connection.SendAsync(RawServer.Ok("slow"));
            }
        });
        await using var quick = RawServer.Saying("quick");
        await using var router = await RunningRouter.StartAsync([slow.Address, quick.Address]);
        var answers = new List<Task<RawMessage>>();
        // One after the other, so that only the slow endpoint has requests in flight. It may get one of these, and no second.
        for (var i = 0; i < 100; i++)
        {
            answers.Add(router.InferAsync());
            await RunningRouter.UntilAsync(
                () => answers.Count(static one => !one.IsCompleted) == Volatile.Read(ref ofSlow) && InFlight() == ofSlow,
                "every waiting request is at the slow endpoint");
        }

        Assert.Equal(1, ofSlow);
        go.Release(100);
        await Task.WhenAll(answers);
        await RunningRouter.UntilAsync(() => InFlight() == 0, "nothing is left in flight");

        int InFlight() => router.Table.Endpoints.Values.Sum(static endpoint => endpoint.InFlight);
    }
}
