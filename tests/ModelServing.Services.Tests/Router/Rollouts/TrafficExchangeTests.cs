using ModelServing.Cache.Traffic;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Clients;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>The requests of all routers in the status of one.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class TrafficExchangeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_status_has_the_requests_of_all_routers_also_of_one_that_has_ended()
    {
        await using var routers = new SomeRouters(await TestedGarnet.StartAsync());
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var (first, second) = (await routers.StartAsync(), await routers.StartAsync());
        await routers.ReachingAsync(first, 2, 40);
        await routers.ReachingAsync(second, 2, 60);
        foreach (var router in (RunningRouter[])[first, second])
            await UntilRequestsAsync(router, 100);
        // Its last report is of its end.
        await routers.ReachingAsync(first, 2, 10);
        await first.StopAsync();
        await first.DisposeAsync();
        var variants = await UntilRequestsAsync(second, 110);
        Assert.Equal(["stable", "canary"], variants.Select(static variant => variant.Name));
        Assert.All(variants, static variant => Assert.NotNull(variant.Figures!.Periods[0].P95Milliseconds));
        Assert.All(variants, static variant => Assert.Equal(variant.Figures!.Requests, variant.Figures.RequestsByMinute.Sum()));
    }

    [Fact]
    public async Task Counts_of_another_version_of_a_variant_are_left_out()
    {
        await using var routers = new SomeRouters(await TestedGarnet.StartAsync());
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var (first, second) = (await routers.StartAsync(), await routers.StartAsync());
        await routers.ReachingAsync(first, 2, 40);
        await UntilRequestsAsync(second, 40);
        await routers.ApplyAsync(SomeRouters.OnlyStable(2));
        var stable = Assert.Single((await SomeRouters.StatusAsync(second)).Variants);
        Assert.Equal((2, null), (stable.Version.Number, stable.Figures));
    }

    [Fact]
    public async Task Without_the_cache_a_status_has_the_routers_own_requests_and_says_so()
    {
        var cache = await TestedGarnet.StartAsync();
        await using var routers = new SomeRouters(cache);
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var (first, second) = (await routers.StartAsync(), await routers.StartAsync());
        await routers.ReachingAsync(first, 2, 40);
        await routers.ReachingAsync(second, 2, 60);
        await UntilRequestsAsync(second, 100);
        await cache.KillAsync();
        await RunningRouter.UntilAsync(
            async () => Requests((await StatusAsync(second)).Models.Single().Variants) == 60, "the requests are the router's own");
        Assert.False((await StatusAsync(second)).CacheReached);
    }

    [Fact]
    public async Task A_router_without_a_cache_counts_for_itself()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var router = await routers.StartAsync();
        await routers.ReachingAsync(router, 2, 20);
        await router.Get<TrafficExchange>().StopAsync(Token);
        var status = await StatusAsync(router);
        Assert.Equal((20, null), (Requests(status.Models.Single().Variants), status.CacheReached));
    }

    [Fact]
    public async Task What_a_router_reported_a_while_ago_counts_in_the_minutes_in_which_it_happened()
    {
        var cache = await TestedGarnet.StartAsync();
        await using var routers = new SomeRouters(cache);
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var router = await routers.StartAsync();
        var history = new AttemptHistory { Requests = 7 };
        (history.ByMinute[0] = new AttemptCounts()).Add(7, 0, 0);
        (history.ByShare[0] = new AttemptCounts()).Add(7, 0, 0);
        await new RouterTraffic(cache.Open(), "local", SomePlan.Model).WriteAsync(
            new RouterReport(
                Guid.NewGuid(),
                TimeProvider.System.GetUtcNow().AddMinutes(-10.5),
                TrafficFormat.Write(new Dictionary<VariantRun, AttemptHistory>
                {
                    [new VariantRun(VariantPlan.Canary, new ModelVersion(2), 1)] = history,
                })),
            Token);
        var others = await router.Get<TrafficExchange>().OthersAsync(SomePlan.Model, Token);
        var read = Assert.Single(others!).Value;
        Assert.Equal(7, read.Requests);
        Assert.All(read.ByShare, Assert.Null);
        Assert.InRange(Array.FindIndex(read.ByMinute, static minute => minute is not null), 10, 12);
    }

    private static async Task<RolloutsStatus> StatusAsync(RunningRouter router) => RolloutsStatus.Parse(
        (await router.AskAdminAsync(AdminPaths.Rollouts, SomeClients.Key(SomeClients.OperatorKey))).Body);

    private static async Task<IReadOnlyList<VariantStatus>> UntilRequestsAsync(RunningRouter router, long requests)
    {
        IReadOnlyList<VariantStatus> variants = [];
        await RunningRouter.UntilAsync(
            async () => Requests(variants = (await SomeRouters.StatusAsync(router)).Variants) == requests,
            $"the status has {requests} requests");
        return variants;
    }

    private static long Requests(IEnumerable<VariantStatus> variants) => variants.Sum(static variant => variant.Figures?.Requests ?? 0);
}
