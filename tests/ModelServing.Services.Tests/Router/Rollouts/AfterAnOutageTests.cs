using ModelServing.Cache;
using ModelServing.Cache.Guard;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts;
using ModelServing.Services.Tests.Cache;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>What happened while the cache or the journal was unavailable arrives once it is back, without any further request or
/// event.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class AfterAnOutageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failures_that_were_counted_without_the_cache_are_in_it_once_it_is_back()
    {
        var cache = await TestedGarnet.StartAsync();
        await using var routers = new SomeRouters(cache);
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        await UntilReachedAsync(router);
        await cache.KillAsync();
        await RunningRouter.UntilAsync(() => !router.Get<RouterCache>().IsReached, "the cache is unavailable");
        routers.Canary.Fail();
        await routers.ReachingAsync(router, 2, 40);
        var version = router.Fraud.Watched.Single().Version;
        var failed = routers.Canary.Failed;
        Assert.True(failed > 1);
        await RunningRouter.UntilAsync(
            () => version.Last is { Scope: GuardScope.Local } last && Watched(last.Counts) == failed,
            "the router has looked at all of its failures");

        await cache.RestartAsync();
        var shared = new TrialCounts(cache.Open(), "local", new VersionTrial(SomePlan.Model, new ModelVersion(2), 1));
        await RunningRouter.UntilAsync(
            async () => Watched(ClientCounts.Sum((await shared.ReadAsync(Token)).Values.Select(Parse))) == failed,
            "the other routers can read them");
        await RunningRouter.UntilAsync(() => version.Last is { Scope: GuardScope.Sum }, "the router decides on the sum again");

        static ClientCounts Parse(ReadOnlyMemory<byte> counts) => ClientCounts.Parse(counts.Span);
    }

    [Fact]
    public async Task A_router_that_is_told_of_events_through_the_cache_finds_the_journal_again_by_itself()
    {
        await using var routers = new SomeRouters(await TestedGarnet.StartAsync());
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync(SomeRouters.OnlyPushed);
        await routers.UntilKindsAsync("started");
        await UntilReachedAsync(router);
        var board = router.Get<RolloutBoard>();
        await RunningRouter.UntilAsync(() => board.Reach == JournalReach.Read, "the journal is read");
        // Several times, because a late message of the start may wake the router once.
        for (var outage = 0; outage < 4; outage++)
        {
            routers.Store.IsUnavailable = true;
            router.Get<JournalKeeper>().Wake();
            await RunningRouter.UntilAsync(() => board.Reach == JournalReach.Away, "the journal is unavailable");
            routers.Store.IsUnavailable = false;
            await RunningRouter.UntilAsync(() => board.Reach == JournalReach.Read, "the journal is read again");
        }
    }

    [Fact]
    public async Task A_plan_that_was_applied_while_the_journal_took_no_event_is_in_it_later()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.OnlyStable(1));
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("applied");
        routers.Store.RefusesPuts = true;
        await routers.ApplyAsync(SomeRouters.Canary2());
        var board = router.Get<RolloutBoard>();
        await RunningRouter.UntilAsync(() => board.Reach == JournalReach.Away, "the router has tried");
        routers.Store.RefusesPuts = false;
        await routers.UntilKindsAsync("applied started");
    }

    [Fact]
    public async Task Requests_that_could_not_be_reported_to_the_other_routers_are_reported_later()
    {
        var cache = await TestedGarnet.StartAsync();
        await using var routers = new SomeRouters(cache);
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var (first, second) = (await routers.StartAsync(), await routers.StartAsync());
        await UntilReachedAsync(first);
        await UntilReachedAsync(second);
        await cache.KillAsync();
        await RunningRouter.UntilAsync(() => !first.Get<RouterCache>().IsReached, "the cache is unavailable");
        await routers.ReachingAsync(first, 2, 40);
        await Assert.ThrowsAsync<CacheException>(() => first.Get<TrafficExchange>().ReportAsync(Token));
        await cache.RestartAsync();
        await RunningRouter.UntilAsync(async () => await RequestsOfOthersAsync(second) == 40, "the other router has all of them");
    }

    private static async Task<long> RequestsOfOthersAsync(RunningRouter router)
    {
        IReadOnlyDictionary<VariantRun, AttemptHistory>? others = await router.Get<TrafficExchange>().OthersAsync(SomePlan.Model, Token);
        return others?.Values.Sum(static history => history.Requests) ?? 0;
    }

    private static Task UntilReachedAsync(RunningRouter router) =>
        RunningRouter.UntilAsync(() => router.Get<RouterCache>().IsReached, "the cache is reached");

    private static long Watched(ClientCounts counts) => counts.All.Total(GuardKind.Error).Watched;
}
