using ModelServing.Cache.Splitting;
using ModelServing.Contracts;
using ModelServing.Rollout.Journal;
using ModelServing.Rollout.Splitting;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Functions.TrafficSplitter;
using ModelServing.Services.Tests.Router.Rollouts;

namespace ModelServing.Services.Tests.Router.Splitting;

/// <summary>What routers publish for the function TrafficSplitter.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class RolloutPublisherTests : IAsyncLifetime
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

    // A router gets another identity each time that it starts, so the cache would fill up with those that are gone.
    [Fact]
    public async Task What_a_router_published_that_is_gone_is_removed_and_what_may_still_count_stays()
    {
        var published = new PublishedStates(cache.Open(), "local");
        var (gone, silent) = (Guid.NewGuid(), Guid.NewGuid());
        await published.WriteAsync(gone, PublishedBefore(TimeSpan.FromSeconds(70)), Token);
        await published.WriteAsync(silent, PublishedBefore(TimeSpan.FromSeconds(20)), Token);
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        await routers.StartAsync(with: SomeSplitter.ForSplitting);

        await RunningRouter.UntilAsync(
            async () => await published.ReadAsync(Token) is { Count: 2 } all && !all.ContainsKey(gone) && all.ContainsKey(silent),
            "the router has published its own rollouts and removed those of the one that is gone");
    }

    [Fact]
    public async Task A_router_publishes_a_changed_plan_and_goes_on_publishing_an_unchanged_one()
    {
        var open = cache.Open();
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        await routers.StartAsync(with: SomeSplitter.ForSplitting);
        await SomeSplitter.UntilPublishedAsync(cache);
        var first = Assert.Single(await SomeSplitter.PublishedAsync(open));
        await RunningRouter.UntilAsync(
            async () => Assert.Single(await SomeSplitter.PublishedAsync(open)).Time > first.Time, "it is published again");
        Assert.Equal(first.PlanSince, Assert.Single(await SomeSplitter.PublishedAsync(open)).PlanSince);

        await routers.ApplyAsync(SomeRouters.PatientCanary2(weight: 1000));
        await RunningRouter.UntilAsync(
            async () => Assert.Single(await SomeSplitter.PublishedAsync(open)) is var now
                && now.PlanSince > first.PlanSince && now.Plan.Rollouts[SomePlan.Model].Variants[0].Weight == 1000,
            "the changed plan is published");
    }

    private static byte[] PublishedBefore(TimeSpan age)
    {
        var then = TimeProvider.System.GetUtcNow() - age;
        return new PublishedRollouts
        {
            Time = then,
            PlanSince = then,
            Plan = SomeRouters.PatientCanary2(),
            States = new Dictionary<ModelName, JournalState>(),
            Decided = [],
        }.ToBytes();
    }
}
