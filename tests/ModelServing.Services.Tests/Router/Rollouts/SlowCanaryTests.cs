using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Hosting.Memory;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Rollouts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>Slow answers of a rollout without <c>slowerThan</c>. The clock moves only while a version works.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class SlowCanaryTests : IAsyncDisposable
{
    private readonly SteppedTime time = new();
    private readonly RawServer stable;
    private readonly RawServer canary;
    private int stableMilliseconds = 20;
    private int canaryMilliseconds = 20;
    private Action? canaryAnswers;

    public SlowCanaryTests()
    {
        stable = Taking(() => stableMilliseconds);
        canary = Taking(() => canaryMilliseconds, () => canaryAnswers?.Invoke());
    }

    public async ValueTask DisposeAsync()
    {
        await stable.DisposeAsync();
        await canary.DisposeAsync();
    }

    [Fact]
    public async Task A_canary_ten_times_slower_than_stable_has_failed_and_one_that_is_as_fast_has_not()
    {
        await using var router = await StartAsync(SomeRouters.PatientCanary2());
        await LearnAsync(router);
        time.Advance(EndpointHealth.NewFor);
        Assert.InRange(router.Fraud.SlowLimit.Current!.Value.TotalMilliseconds, 60, 62);
        Assert.Equal((0, 0), Slow(router));

        canaryMilliseconds = 200;
        var seen = await AskCanaryAsync(router, 20);
        await RunningRouter.UntilAsync(() => Slow(router).Watched == seen, "all of its answers are counted");
        Assert.Equal(0, Slow(router).Other);

        // Now stable is as slow. Nothing more counts against the canary, and stable's own slow answers count in its favour.
        stableMilliseconds = 200;
        await AskCanaryAsync(router, 5);
        // Chance decides which of them answers.
        await RunningRouter.UntilAsync(
            async () =>
            {
                await AskAsync(router);
                return Slow(router).Other > 0;
            },
            "stable's slow answers are counted");
        Assert.Equal(seen, Slow(router).Watched);
        await RunningRouter.UntilAsync(() => router.Get<ByteBudget>().Reserved == 0, "the copies of the requests are given back");
    }

    [Fact]
    public async Task A_new_endpoint_may_be_slow_at_first()
    {
        await using var router = await StartAsync(SomeRouters.PatientCanary2(weight: 0));
        await LearnAsync(router);
        Serve(router, SomeRouters.PatientCanary2());
        canaryMilliseconds = 200;
        // As many as make the endpoint an old one, but all within its first seconds.
        var seen = await AskCanaryAsync(router, EndpointHealth.NewAnswers + 5);
        Assert.True(seen > EndpointHealth.NewAnswers);
        time.Advance(EndpointHealth.NewFor);
        seen = await AskCanaryAsync(router, 5);
        await RunningRouter.UntilAsync(() => Slow(router).Watched > 0, "the later ones are counted");
        Assert.InRange(Slow(router).Watched, 1, seen);
    }

    [Fact]
    public async Task Slow_answers_that_could_not_be_compared_keep_neither_places_nor_bytes()
    {
        await using var router = await StartAsync(SomeRouters.PatientCanary2());
        await LearnAsync(router);
        time.Advance(EndpointHealth.NewFor);
        canaryMilliseconds = 200;
        // No retry is left.
        canaryAnswers = () =>
        {
            while (router.Fraud.Budget.TryTake())
            {
            }
        };
        await AskCanaryAsync(router, SlowComparison.MaxRunning + 1);
        Assert.Equal((0, 0), Slow(router));
        canaryAnswers = null;
        var seen = await AskCanaryAsync(router, 3);
        await RunningRouter.UntilAsync(() => Slow(router).Watched == seen, "the later ones are compared");
        await RunningRouter.UntilAsync(() => router.Get<ByteBudget>().Reserved == 0, "the copies of the requests are given back");
    }

    private static (long Watched, long Other) Slow(RunningRouter router) =>
        router.Fraud.Watched.Single().Version.Recorder.Read().All.Total(GuardKind.Slow);

    private RawServer Taking(Func<int> milliseconds, Action? answers = null) => new(async connection =>
    {
        while (await connection.ReadMessageAsync() is { } request)
        {
            if (request.StartLine.StartsWith("POST", StringComparison.Ordinal))
            {
                time.Advance(TimeSpan.FromMilliseconds(milliseconds()));
                answers?.Invoke();
            }

            await connection.SendAsync(RawServer.Ok("{}"));
        }
    });

    private async Task<RunningRouter> StartAsync(PlanDocument plan)
    {
        var router = await RunningRouter.StartAsync(plan, Endpoints, services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.AddSingleton(new JournalPace(TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1)));
        });
        Serve(router, plan);
        return router;
    }

    private EndpointsDocument Endpoints => SomePlan.Endpoints((1, stable.Address), (2, canary.Address));

    private void Serve(RunningRouter router, PlanDocument plan) =>
        router.Swap(plan, Endpoints, router.Get<RolloutBoard>().StateOf, router.Get<WatchedVersions>().Watch);

    // Stable's usual time becomes known.
    private static async Task LearnAsync(RunningRouter router)
    {
        while (router.Fraud.SlowLimit.Current is null)
            await AskAsync(router);
    }

    // Returns how many of the canary's answers there were.
    private static async Task<int> AskCanaryAsync(RunningRouter router, int times)
    {
        var seen = 0;
        while (seen < times)
            seen += await AskAsync(router) == "canary" ? 1 : 0;
        return seen;
    }

    private static async Task<string> AskAsync(RunningRouter router)
    {
        var answer = await router.InferAsync();
        // A comparison in the background would see the time that the next request takes.
        await RunningRouter.UntilAsync(
            () => router.Table.Endpoints.Values.All(static endpoint => endpoint.InFlight == 0), "stable was asked too");
        return answer["X-Model-Variant"]!;
    }
}
