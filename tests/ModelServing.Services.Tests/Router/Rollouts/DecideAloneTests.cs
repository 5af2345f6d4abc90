using ModelServing.Rollout.Guard;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Rollouts.Watching;
using ModelServing.Services.Tests.Cache;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>Which routers decide while the cache is unavailable. If more than <c>RoutersMax</c> did, good canaries would be condemned more
/// often than <c>falseAlarm</c> says.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class DecideAloneTests
{
    [Fact]
    public async Task Without_the_cache_only_as_many_routers_decide_as_there_may_be()
    {
        var cache = await TestedGarnet.StartAsync();
        await using var routers = new SomeRouters(cache);
        await routers.ApplyAsync(SomeRouters.Canary2());
        var numbered = new[] { await StartAsync(routers), await StartAsync(routers) };
        await routers.UntilKindsAsync("started");
        await RunningRouter.UntilAsync(() => numbered.All(static router => NumberOf(router) > 0), "both have a number");
        await cache.KillAsync();
        await RunningRouter.UntilAsync(
            () => numbered.All(static router => !router.Get<RouterCache>().IsReached), "they know that the cache is unavailable");
        var late = await StartAsync(routers);

        routers.Canary.Fail();
        var second = numbered.Single(static router => NumberOf(router) == 2);
        foreach (var router in (RunningRouter[])[second, late])
        {
            await UntilEvidenceSufficesAsync(router);
            // It has decided, if it may, before it looks again.
            var checks = router.Get<RolloutGuards>().Checks;
            await RunningRouter.UntilAsync(() => router.Get<RolloutGuards>().Checks > checks + 1, "the guard has checked");
            Assert.False(SomeRouters.IsCondemned(router, 2));
        }

        Assert.Equal(0, NumberOf(late));
        await routers.CondemnAsync(numbered.Single(static router => NumberOf(router) == 1));
    }

    private static Task<RunningRouter> StartAsync(SomeRouters routers) =>
        routers.StartAsync(with: static settings => settings with { RoutersMax = 1 });

    private static int NumberOf(RunningRouter router) => router.Fraud.Watched.Single().Version.Number;

    private static Task UntilEvidenceSufficesAsync(RunningRouter router) => RunningRouter.UntilAsync(
        async () =>
        {
            await router.InferAsync();
            var watched = router.Fraud.Watched.Single();
            return watched.Version.Last is { Scope: GuardScope.Local } last && Decide(watched, last) is not null;
        },
        "the evidence suffices");

    private static GuardVerdict? Decide(WatchedVariant watched, WatchedVersion.Standing last) =>
        GuardRule.Decide(last.Counts, watched.Policy, last.Scope, default, default);
}
