using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Router.Rollouts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>A canary that loses its last endpoint, and a call that was cut off before: it may be the reason, but not for ever.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class UnreachableCanaryTests
{
    // The guard checks once in it. In a longer step, a check would see a part of the step, or two of them.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(100, false)]
    [InlineData(130, true)]
    public async Task A_call_that_was_cut_off_spares_the_canary_only_if_it_was_lost_within_two_minutes(int seconds, bool isCondemned)
    {
        var time = new SteppedTime();
        await using var routers = new SomeRouters();
        var plan = SomeRouters.Canary2();
        await routers.ApplyAsync(plan);
        await using var router = await RunningRouter.StartAsync(plan, Endpoints(routers, 1, 2), services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.AddSingleton(new JournalPace(TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1)));
        });
        var (guards, board) = (router.Get<RolloutGuards>(), router.Get<RolloutBoard>());
        Serve(1, 2);
        await LookAsync(5);
        router.Fraud.Watched.Single().Version.CutOff(time.GetTimestamp());
        await LookAsync(seconds);
        Serve(1);
        await LookAsync(150);
        Assert.Equal(isCondemned, board.Decided.Any());

        void Serve(params int[] versions) =>
            router.Swap(plan, Endpoints(routers, versions), board.StateOf, router.Get<WatchedVersions>().Watch);

        async Task LookAsync(int seconds)
        {
            for (var left = TimeSpan.FromSeconds(seconds); left > TimeSpan.Zero; left -= Step)
            {
                var checks = guards.Checks;
                time.Advance(Step);
                await RunningRouter.UntilAsync(() => guards.Checks > checks, "the guard has checked");
            }
        }
    }

    [Fact]
    public async Task A_call_whose_caller_left_was_cut_off()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.PatientCanary2(PlanDocument.Buckets));
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.Delay = TimeSpan.FromSeconds(5);
        using (var client = await router.ConnectAsync())
        {
            await client.SendAsync(RunningRouter.Infer());
            await RunningRouter.UntilAsync(() => routers.Canary.Seen == 1, "the canary has the request");
            Assert.Null(router.Fraud.Watched.Single().Version.LastCutOff);
        }

        await RunningRouter.UntilAsync(() => router.Fraud.Watched.Single().Version.LastCutOff is not null, "the call was cut off");
    }

    private static EndpointsDocument Endpoints(SomeRouters routers, params int[] versions) =>
        SomePlan.Endpoints([.. versions.Select(version => (version, routers.Versions[version - 1].Address))]);
}
