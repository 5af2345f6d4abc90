using ModelServing.Rollout.Guard;
using ModelServing.Router.Rollouts;
using ModelServing.Services.Tests.Cache;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>A routing key that always fails is one failure, whichever router it reaches and whatever becomes of the cache. Otherwise a few
/// such customers would condemn a good canary.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class SharedKeysTests
{
    [Fact]
    public async Task A_key_that_failed_at_one_router_is_known_to_the_next_and_stays_known_here_when_the_cache_restarts()
    {
        var cache = await TestedGarnet.StartAsync();
        await using var routers = new SomeRouters(cache);
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var (first, second) = (await routers.StartAsync(), await routers.StartAsync());
        await routers.UntilKindsAsync("started");
        await UntilReachedAsync(first, second);
        routers.Canary.Fail();
        var key = await FindKeyAsync(first);
        await RunningRouter.UntilAsync(() => Counted(first) == 1, "its first failure is counted");

        for (var i = 0; i < 5; i++)
            await second.InferAsync(headers: $"X-Customer: {key}\r\n");
        await FailWithoutKeyAsync(second);
        Assert.Equal(1, Counted(second));

        await cache.KillAsync();
        await cache.RestartAsync();
        await UntilReachedAsync(first, second);
        for (var i = 0; i < 5; i++)
            await first.InferAsync(headers: $"X-Customer: {key}\r\n");
        await FailWithoutKeyAsync(first);
        Assert.Equal(2, Counted(first));
    }

    private static long Counted(RunningRouter router) =>
        router.Fraud.Watched.Single().Version.Recorder.Read().All.Total(GuardKind.Error).Watched;

    private static async Task UntilReachedAsync(params RunningRouter[] routers)
    {
        foreach (var router in routers)
            await RunningRouter.UntilAsync(() => router.Get<RouterCache>().IsReached, "the cache is reached");
    }

    // The first request that fails over has a key of the canary.
    private static async Task<string> FindKeyAsync(RunningRouter router)
    {
        for (var i = 0; ; i++)
        {
            if ((await router.InferAsync(headers: $"X-Customer: k{i}\r\n"))["X-Model-Failover"] is not null)
                return $"k{i}";
        }
    }

    // Failures are counted in order, so when this one is counted, all before it have been looked at.
    private static async Task FailWithoutKeyAsync(RunningRouter router)
    {
        var before = Counted(router);
        while ((await router.InferAsync())["X-Model-Failover"] is null)
        {
        }

        await RunningRouter.UntilAsync(() => Counted(router) > before, "the failure without a key is counted");
    }
}
