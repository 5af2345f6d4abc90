using ModelServing.Contracts;
using ModelServing.Contracts.Admin;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>Plans that name a condemned version and are written again and again.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class RefusedPlanTests
{
    [Fact]
    public async Task Ten_writes_of_one_plan_are_refused_once_and_none_sends_the_version_a_request()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        await routers.CondemnAsync(router);
        routers.Canary.Recover();
        var kinds = "started rolledBack";
        await routers.UntilKindsAsync(kinds);
        // As a canary with another weight, and as stable: each is a separate fact.
        foreach (var plan in (PlanDocument[])[SomeRouters.Canary2(2000), SomeRouters.OnlyStable(2)])
        {
            var seen = routers.Canary.Seen;
            for (var i = 0; i < 10; i++)
            {
                await ApplyAgainAsync(plan, i);
                Assert.Equal("v1", (await router.InferAsync()).Text);
                Assert.Equal(0, await routers.ReachingAsync(router, 2, requests: 20));
            }

            kinds += " refused";
            await routers.UntilKindsAsync(kinds);
            Assert.Equal(seen, routers.Canary.Seen);
        }

        async Task ApplyAgainAsync(PlanDocument plan, int time)
        {
            var before = router.Table.Plan;
            // Different bytes for the same plan, so that the router applies it each time it is written.
            routers.Write("plan.json", [.. plan.ToUtf8(), .. Enumerable.Repeat((byte)' ', time)]);
            await RunningRouter.UntilAsync(() => !ReferenceEquals(router.Table.Plan, before), "the plan is applied once more");
        }
    }

    [Fact]
    public async Task A_refused_version_is_promoted_once_it_is_reset_and_the_gauge_shows_it()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        await router.AssertCountAsync(0, "modelserving_router_rollout_refused", "model=\"fraud\"");
        await routers.CondemnAsync(router);
        routers.Canary.Recover();
        // The canary is condemned, but the plan's rollout is served: nothing is refused.
        await router.AssertCountAsync(0, "modelserving_router_rollout_refused", "model=\"fraud\"");
        await routers.ApplyAsync(SomeRouters.OnlyStable(2));
        await routers.UntilKindsAsync("started rolledBack refused");
        await router.AssertCountAsync(1, "modelserving_router_rollout_refused", "model=\"fraud\"");
        Assert.Equal("v1", (await router.InferAsync()).Text);
        await SomeRouters.ResetAsync(router, 2);
        await routers.UntilKindsAsync("started rolledBack refused reset promoted");
        Assert.Equal("v2", (await router.InferAsync()).Text);
        Assert.Equal(RolloutCondition.Serving, (await SomeRouters.StatusAsync(router)).Condition);
        await RunningRouter.UntilAsync(
            async () => await router.CountAsync("modelserving_router_rollout_refused", "model=\"fraud\"") == 0,
            "it is served");
        // A router that starts now treats it as any other stable version.
        // Its first connection may take too long on a busy machine.
        var later = await routers.StartAsync();
        await RunningRouter.UntilAsync(async () => (await later.InferAsync()).Text == "v2", "it serves the version");
    }
}
