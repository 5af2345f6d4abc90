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
    private string? canaryTiming;

    public SlowCanaryTests()
    {
        stable = Taking(() => stableMilliseconds);
        canary = Taking(() => canaryMilliseconds, () => canaryAnswers?.Invoke(), () => canaryTiming);
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
        await AskStableAsync(router);
        await RunningRouter.UntilAsync(() => Slow(router).Other > 0, "stable's slow answers are counted");
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

    [Theory]
    [InlineData("read;dur=1.000, queue;dur=190.000, model;dur=8.000, work;dur=3.250", false)]
    [InlineData("queue;dur=0.001, work;dur=59", false)]
    [InlineData("model;dur=199.000, work;dur=198.000", true)]
    [InlineData("work;dur=-1", true)]
    [InlineData("work;dur=1e3", true)]
    [InlineData("work;dur=99999999999999999999999", true)]
    [InlineData("work", true)]
    [InlineData("homework;dur=1", true)]
    [InlineData("", true)]
    public async Task A_slow_answer_counts_only_if_the_version_worked_too_long_for_it(string timing, bool counts)
    {
        await using var router = await StartAsync(SomeRouters.PatientCanary2());
        await LearnAsync(router);
        time.Advance(EndpointHealth.NewFor);
        (canaryMilliseconds, canaryTiming) = (200, timing);
        await AskCanaryAsync(router, 5);
        canaryTiming = null;
        var seen = await AskCanaryAsync(router, 3);
        await RunningRouter.UntilAsync(() => Slow(router).Watched >= (counts ? 5 + seen : seen), "the answers are counted");
        Assert.Equal(counts, Slow(router).Watched > seen);
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

    private RawServer Taking(Func<int> milliseconds, Action? answers = null, Func<string?>? timing = null) => new(async connection =>
    {
        while (await connection.ReadMessageAsync() is { } request)
        {
            if (request.StartLine.StartsWith("POST", StringComparison.Ordinal))
            {
                time.Advance(TimeSpan.FromMilliseconds(milliseconds()));
                answers?.Invoke();
            }

            var answer = RawServer.Ok("{}");
            await connection.SendAsync(timing?.Invoke() is { } parts
                ? answer.Replace("\r\n\r\n", $"\r\nServer-Timing: {parts}\r\n\r\n", StringComparison.Ordinal)
                : answer);
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

    // One time in 32, five requests in a row go to the canary, and stable only answers comparisons.
    private static async Task AskStableAsync(RunningRouter router)
    {
        while (await AskAsync(router) == "canary")
            continue;
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
