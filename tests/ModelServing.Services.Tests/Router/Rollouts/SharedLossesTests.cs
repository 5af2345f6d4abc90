using System.Diagnostics;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Rollouts;
using ModelServing.Services.Tests.Cache;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>A killed pod of the canary: all routers lose their connections to it, and that is one failure. With one for each router, a good
/// canary would be condemned for it.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class SharedLossesTests
{
    [Fact]
    public async Task Losses_of_one_endpoint_at_two_routers_stay_one_failure_when_both_have_looked()
    {
        // If the machine was suspended or too busy, the window has passed, and the other loss is one more failure.
        for (var tries = 0; tries < 5; tries++)
        {
            var (counted, time) = await LoseTwiceAsync();
            if (time >= LostConnections.Window)
                continue;
            Assert.Equal(1, counted);
            return;
        }

        Assert.Skip("the machine is too busy: five times, the routers took longer than the window of a loss");
    }

    private static async Task<(long Counted, TimeSpan Time)> LoseTwiceAsync()
    {
        await using var routers = new SomeRouters(await TestedGarnet.StartAsync());
        await routers.ApplyAsync(SomeRouters.PatientCanary2());
        var two = new[] { await routers.StartAsync(), await routers.StartAsync() };
        await routers.UntilKindsAsync("started");
        foreach (var router in two)
            await RunningRouter.UntilAsync(() => router.Get<RouterCache>().IsReached, "the cache is reached");
        var began = Stopwatch.GetTimestamp();
        routers.Canary.Cuts = true;
        foreach (var router in two)
        {
            while ((await router.InferAsync())["X-Model-Failover"] is null)
            {
            }
        }

        // A loss counts a second later, and a router checks once a second.
        foreach (var router in two)
        {
            var checks = router.Get<RolloutGuards>().Checks;
            await RunningRouter.UntilAsync(() => router.Get<RolloutGuards>().Checks > checks + 3, "the guard has checked");
        }

        return (two.Sum(Counted), Stopwatch.GetElapsedTime(began));

        static long Counted(RunningRouter router) =>
            router.Fraud.Watched.Single().Version.Recorder.Read().All.Total(GuardKind.Error).Watched;
    }
}
