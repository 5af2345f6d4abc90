using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Endpoints;

/// <summary>An endpoint that a request reaches although none could before.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class ReachedAgainTests
{
    [Fact]
    public async Task It_is_ready_at_once_and_not_only_after_the_next_probe()
    {
        var address = RawServer.NobodyThere();
        // The clock does not move, so there is no probe.
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Stable(), SomePlan.Endpoints((1, address)), RunningRouter.WithSteppedTime(out _));
        Assert.Equal(503, (await router.InferAsync()).Status);
        var version = router.Table.EndpointsOf(SomePlan.Model, new ModelVersion(1))!;
        Assert.Equal(1, version.CountIn(EndpointState.Unreachable));
        await using var back = RawServer.Saying("back", address.Port);
        Assert.Equal("back", (await router.InferAsync()).Text);
        Assert.Equal(1, version.CountIn(EndpointState.Ready));
    }

    [Fact]
    public async Task A_probe_of_a_version_that_is_not_ready_yet_leaves_it_unreachable()
    {
        var address = RawServer.NobodyThere();
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Stable(), SomePlan.Endpoints((1, address)), RunningRouter.WithSteppedTime(out var time));
        Assert.Equal(503, (await router.InferAsync()).Status);
        var probes = 0;
        await using var loading = RawServer.Answering(
            _ =>
            {
                Interlocked.Increment(ref probes);
                return "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n";
            },
            address.Port);
        await RunningRouter.UntilAsync(
            () =>
            {
                time.Advance(ReadinessProbe.Period);
                return Volatile.Read(ref probes) >= 2;
            },
            "it is probed again, because it is not ready");
        Assert.Equal(1, router.Table.EndpointsOf(SomePlan.Model, new ModelVersion(1))!.CountIn(EndpointState.Unreachable));
    }
}
