using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Rollouts;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Clients;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>How the guard counts the traffic, and how it treats unreachable versions.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class RolloutGuardTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_canary_that_stays_unreachable_alone_is_condemned_unless_a_call_was_cut_off_on_it_before(bool wasCutOff)
    {
        var time = new SteppedTime();
        await using var routers = new SomeRouters();
        var plan = SomeRouters.Canary2();
        await routers.ApplyAsync(plan);
        routers.WriteEndpoints(1);
        await using var router = await RunningRouter.StartAsync(plan, SomePlan.Endpoints((1, routers.Versions[0].Address)), services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.AddSingleton(new JournalPace(TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1)));
        });
        var (guards, watched) = (router.Get<RolloutGuards>(), router.Get<WatchedVersions>());
        var board = router.Get<RolloutBoard>();
        Serve(SomePlan.Endpoints((1, routers.Versions[0].Address)));
        // One second less than the limit.
        await LookAsync(59);
        Serve(SomePlan.Endpoints((1, routers.Versions[0].Address), (2, routers.Versions[1].Address)));
        await LookAsync(1);
        Assert.Equal(TimeSpan.Zero, Watch().UnreachableTime);

        // While stable is unreachable, no time counts.
        Serve(SomePlan.Endpoints());
        await LookAsync(100);
        Assert.Empty(board.Decided);

        if (wasCutOff)
        {
            // One caller can do that, with a pinned request too.
            router.Fraud.Watched.Single().Version.CutOff(time.GetTimestamp());
            Serve(SomePlan.Endpoints((1, routers.Versions[0].Address)));
            await LookAsync(150);
            Assert.Empty(board.Decided);
            return;
        }

        Serve(SomePlan.Endpoints((1, routers.Versions[0].Address)));
        await LookAsync(59);
        Assert.Empty(board.Decided);
        await LookAsync(10);
        var decided = Assert.Single(board.Decided);
        Assert.Equal(
            (RollbackReason.Unreachable, "2", "no ready endpoint for 60 s"),
            (decided.Reason, decided.Version.ToString(), GuardEvidence.SummaryOf(decided)));

        void Serve(EndpointsDocument endpoints) => router.Swap(plan, endpoints, board.StateOf, watched.Watch);

        ReachabilityWatch Watch() => router.Fraud.Watched.Single().Version.Reachability!;

        async Task LookAsync(int seconds)
        {
            for (var i = 0; i < seconds; i++)
            {
                var checks = guards.Checks;
                time.Advance(TimeSpan.FromSeconds(1));
                await RunningRouter.UntilAsync(() => guards.Checks > checks, "the guard has checked");
            }
        }
    }

    [Fact]
    public async Task Connections_lost_to_one_endpoint_are_one_failure_over_two_routers()
    {
        await using var routers = new SomeRouters(await TestedGarnet.StartAsync());
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var two = new[] { await routers.StartAsync(), await routers.StartAsync() };
        await routers.UntilKindsAsync("started");
        foreach (var router in two)
            await RunningRouter.UntilAsync(() => router.Get<RouterCache>().IsReached, "the cache is reached");
        routers.Canary.Cuts = true;
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        for (var i = 0; i < 40; i++)
            Assert.Equal("v1", (await two[i % 2].InferAsync()).Text);
        routers.Canary.Cuts = false;
        routers.Canary.Fail();
        // Failures are counted in order.
        foreach (var router in two)
        {
            await RunningRouter.UntilAsync(
                async () =>
                {
                    await router.InferAsync();
                    return router.Fraud.Watched.SingleOrDefault()?.Version.Last is { } last
                        && last.Counts.All.Total(GuardKind.Error).Watched >= 2;
                },
                "both routers count");
        }

        // The last one is counted after it was answered.
        await RunningRouter.UntilAsync(() => Counted() >= 1 + routers.Canary.Failed, "all of them are counted");
        // On a machine that was suspended, the window may have passed; then another loss is one more failure.
        Assert.InRange(
            Counted(),
            1 + routers.Canary.Failed,
            1 + routers.Canary.Failed + (int)(System.Diagnostics.Stopwatch.GetElapsedTime(began) / LostConnections.Window));

        long Counted() => two.Sum(router => router.Fraud.Watched.Single().Version.Recorder.Read().All.Total(GuardKind.Error).Watched);
    }

    [Fact]
    public async Task A_process_of_a_pool_that_is_lost_is_one_failure_of_each_variant()
    {
        await using var routers = new SomeRouters();
        var lost = routers.Canary;
        var endpoints = SomePlan.Endpoints((1, routers.Versions[0].Address), (1, lost.Address), (2, lost.Address));
        await using var router = await RunningRouter.StartAsync(
            SomeRouters.PatientCanary2(), endpoints, RunningRouter.WithSteppedTime(out var time));
        router.Swap(SomeRouters.PatientCanary2(), endpoints, router.Get<RolloutBoard>().StateOf, router.Get<WatchedVersions>().Watch);
        lost.Cuts = true;
        // The canary loses its connection once, and gets nothing more. Stable has a second try at its other process.
        for (var i = 0; i < 100; i++)
            Assert.Equal(200, (await router.InferAsync()).Status);
        var counts = router.Fraud.Watched.Single().Version.Recorder;
        var guards = router.Get<RolloutGuards>();
        await RunningRouter.UntilAsync(
            async () =>
            {
                var checks = guards.Checks;
                time.Advance(TimeSpan.FromSeconds(1));
                await RunningRouter.UntilAsync(() => guards.Checks > checks, "the guard has checked");
                var (ofCanary, ofStable) = counts.Read().All.Total(GuardKind.Error);
                Assert.True(ofCanary <= 1 && ofStable <= 1, $"{ofCanary} of the canary, {ofStable} of stable");
                return (ofCanary, ofStable) == (1, 1);
            },
            "the losses count");
    }

    // A process that ends takes the connections of all requests with it.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_is_lost_together_with_a_pinned_request_is_not_evidence(bool isPinned)
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.Cuts = true;
        if (isPinned)
            Assert.Equal(502, (await router.InferAsync(path: "/v2/models/fraud/versions/2/infer")).Status);
        for (var i = 0; i < 20; i++)
            Assert.Equal("v1", (await router.InferAsync()).Text);
        Assert.InRange(routers.Canary.Seen, 2, 19);
        if (isPinned)
            await router.AssertCountAsync(1, "modelserving_router_uncounted_failures_total", "reason=\"pinned\"");
        else
            await RunningRouter.UntilAsync(() => Counted() == 1, "it counts");
        Assert.Equal(isPinned ? 0 : 1, Counted());

        long Counted() => router.Fraud.Watched.Single().Version.Recorder.Read().All.Total(GuardKind.Error).Watched;
    }

    // The pinned request may be noticed last, although it is the cause.
    [Fact]
    public async Task A_pinned_request_that_loses_its_connection_within_a_second_of_another_excuses_it()
    {
        await using var routers = new SomeRouters();
        var endpoints = SomePlan.Endpoints((1, routers.Versions[0].Address), (2, routers.Canary.Address));
        await using var router = await RunningRouter.StartAsync(
            SomeRouters.PatientCanary2(), endpoints, RunningRouter.WithSteppedTime(out var time));
        router.Swap(SomeRouters.PatientCanary2(), endpoints, router.Get<RolloutBoard>().StateOf, router.Get<WatchedVersions>().Watch);
        var guards = router.Get<RolloutGuards>();
        time.Advance(TimeSpan.FromSeconds(0.5));
        routers.Canary.Cuts = true;
        while ((await router.InferAsync())["X-Model-Failover"] is null)
        {
        }

        await LookAsync(TimeSpan.FromSeconds(0.5));
        Assert.Equal(502, (await router.InferAsync(path: "/v2/models/fraud/versions/2/infer")).Status);
        await LookAsync(TimeSpan.FromSeconds(1));
        await router.AssertCountAsync(1, "modelserving_router_uncounted_failures_total", "reason=\"pinned\"");
        Assert.Equal(0, router.Fraud.Watched.Single().Version.Recorder.Read().All.Total(GuardKind.Error).Watched);

        async Task LookAsync(TimeSpan after)
        {
            var checks = guards.Checks;
            time.Advance(after);
            await RunningRouter.UntilAsync(() => guards.Checks > checks, "the guard has checked");
        }
    }

    [Fact]
    public async Task A_key_that_always_fails_is_one_failure_and_different_keys_are_one_each()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.Fail();
        string? key = null;
        for (var i = 0; key is null; i++)
        {
            if ((await router.InferAsync(headers: $"X-Customer: k{i}\r\n"))["X-Model-Failover"] is not null)
                key = $"k{i}";
        }

        for (var i = 0; i < 50; i++)
            await router.InferAsync(headers: $"X-Customer: {key}\r\n");
        // A failure without a key shows that all before it were counted.
        await RunningRouter.UntilAsync(
            async () =>
            {
                await router.InferAsync();
                return router.Fraud.Watched.Single().Version.Last?.Counts.All.Total(GuardKind.Error).Watched >= 2;
            },
            "the guard counts");
        Assert.False(SomeRouters.IsCondemned(router, 2));
        Assert.InRange(
            router.Fraud.Watched.Single().Version.Recorder.Read().All.Total(GuardKind.Error).Watched,
            2,
            routers.Canary.Failed - 50);
    }

    [Fact]
    public async Task Requests_that_were_not_assigned_are_never_counted()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.Fail();
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(500, (await router.InferAsync(path: "/v2/models/fraud/versions/2/infer")).Status);
            Assert.Equal(
                500,
                (await router.InferAsync(headers: "X-Model-Variant: canary\r\n" + SomeClients.Key(SomeClients.TesterKey))).Status);
        }

        // The first assigned request is the first that counts.
        while ((await router.InferAsync())["X-Model-Failover"] is null)
        {
        }

        await RunningRouter.UntilAsync(
            () => router.Fraud.Watched.Single().Version.Last is { } last && last.Counts.All.Total(GuardKind.Error).Watched > 0,
            "it is counted");
        Assert.Equal((1, 0), router.Fraud.Watched.Single().Version.Last!.Counts.All.Total(GuardKind.Error));
    }

    [Fact]
    public async Task Slow_answers_condemn_if_the_rollout_has_a_limit_and_the_caller_gets_them()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2().With(static guard => guard with { SlowerThanMilliseconds = 100 }));
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.Delay = TimeSpan.FromMilliseconds(130);
        await RunningRouter.UntilAsync(
            async () =>
            {
                var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => router.InferAsync()));
                Assert.All(answers, static answer => Assert.Equal((200, null), (answer.Status, answer["X-Model-Failover"])));
                return SomeRouters.IsCondemned(router, 2);
            },
            "it is condemned");
        await routers.UntilKindsAsync("started rolledBack");
        Assert.Contains("slow:", GuardEvidence.SummaryOf((RolledBackEvent)(await routers.EventsAsync())[^1]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_stable_answer_reaches_the_caller_and_counts_as_a_failure_as_the_canarys_would()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.PatientCanary2().Limited(50));
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Versions[0].Delay = TimeSpan.FromMilliseconds(100);
        var late = 0;
        for (var i = 0; i < 20; i++)
        {
            var answer = await router.InferAsync();
            Assert.Equal(200, answer.Status);
            if (answer["X-Model-Variant"] == "stable" && answer["X-Model-Failover"] is null)
                late++;
        }

        Assert.NotEqual(0, late);
        await RunningRouter.UntilAsync(
            () => router.Fraud.Watched.Single().Version.Last?.Counts.All.Total(GuardKind.Error).Other == late,
            "all of them are counted");
        Assert.False(SomeRouters.IsCondemned(router, 2));
    }

    [Fact]
    public async Task A_weight_that_drops_to_0_and_returns_continues_the_same_trial_and_its_counts()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        var started = (await routers.EventsAsync())[0].Time;
        var watched = router.Fraud.Watched.Single().Version;
        routers.Canary.Fail();
        _ = await routers.ReachingAsync(router, 2);
        await RunningRouter.UntilAsync(() => watched.Last?.Counts.All.Total(GuardKind.Error).Watched > 0, "the guard counts");

        await routers.ApplyAsync(SomeRouters.PatientCanary2(0));
        await routers.UntilKindsAsync("started weightMoved");
        Assert.Empty(router.Fraud.Watched);
        // Without a share, nothing is counted: there is no canary to compare stable's failures with.
        var counted = watched.Recorder.Read().All.Total(GuardKind.Error);
        routers.Versions[0].Fail();
        Assert.Equal(0, await routers.ReachingAsync(router, 2));
        routers.Versions[0].Recover();
        Assert.Equal(counted, watched.Recorder.Read().All.Total(GuardKind.Error));

        await routers.ApplyAsync(SomeRouters.PatientCanary2(3000));
        await routers.UntilKindsAsync("started weightMoved weightMoved");
        Assert.Same(watched, router.Fraud.Watched.Single().Version);
        Assert.Equal((1, started), (watched.Trial.Trial, watched.StartedAt));
        Assert.NotEqual(0, await routers.ReachingAsync(router, 2));
        await RunningRouter.UntilAsync(
            () => watched.Last!.Counts.All.Total(GuardKind.Error).Watched > counted.Watched,
            "counting continues");
        Assert.Equal(2, watched.Recorder.Read().All.Segments.Count);

        // With an ordinary guard, the old counts condemn with the next failure, or before it.
        await routers.ApplyAsync(SomeRouters.Canary2(3000));
        await routers.CondemnAsync(router);
        var summary = GuardEvidence.SummaryOf(router.Fraud.State!.Condemned(new ModelVersion(2))!);
        Assert.Contains("error:", summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Non_finite_answers_condemn_too_and_the_caller_gets_them()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.Fail("HTTP/1.1 200 OK\r\nX-Model-Outcome: non-finite\r\nContent-Length: 3\r\n\r\nNaN");
        await RunningRouter.UntilAsync(
            async () =>
            {
                Assert.Equal(200, (await router.InferAsync()).Status);
                return SomeRouters.IsCondemned(router, 2);
            },
            "it is condemned");
        await routers.UntilKindsAsync("started rolledBack");
        Assert.Contains(
            "nonFinite:",
            GuardEvidence.SummaryOf((RolledBackEvent)(await routers.EventsAsync())[^1]),
            StringComparison.Ordinal);
    }
}
