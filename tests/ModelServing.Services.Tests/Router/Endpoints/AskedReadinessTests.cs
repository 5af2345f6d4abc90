using ModelServing.Router.Endpoints;
using ModelServing.Services.Tests.Router.Rollouts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Endpoints;

/// <summary>An endpoint that accepts connections, of a version that says that it is not ready.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class AskedReadinessTests
{
    [Fact]
    public async Task The_protocols_ready_asks_stable_at_most_once_a_second_and_requests_go_to_it_all_the_same()
    {
        var (isReady, asked) = (false, 0);
        await using var stable = RawServer.Answering(request =>
        {
            if (!request.StartLine.EndsWith("/ready HTTP/1.1", StringComparison.Ordinal))
                return RawServer.Ok("{}");
            Interlocked.Increment(ref asked);
            return Volatile.Read(ref isReady) ? RawServer.Ok("{}") : "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n";
        });
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Stable(), SomePlan.Endpoints((1, stable.Address)), RunningRouter.WithSteppedTime(out var time));
        for (var i = 0; i < 3; i++)
        {
            var ready = await router.AskAsync(RunningRouter.Get("/v2/health/ready"));
            Assert.Equal(
                (503, """{"ready":false,"models":[{"name":"fraud","reason":"no endpoint of its stable version 1 is ready"}]}"""),
                (ready.Status, ready.Text));
            Assert.Equal(200, (await router.InferAsync()).Status);
        }

        Assert.Equal(1, asked);
        Volatile.Write(ref isReady, true);
        Assert.Equal(503, (await router.AskAsync(RunningRouter.Get("/v2/health/ready"))).Status);
        time.Advance(AskedReadiness.Period);
        Assert.Equal(200, (await router.AskAsync(RunningRouter.Get("/v2/health/ready"))).Status);
        Assert.Equal(2, asked);
    }

    // ms promote goes by this number.
    [Fact]
    public async Task The_status_does_not_count_an_endpoint_whose_version_says_that_it_is_not_ready()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Canary.SaysUnready = true;
        await RunningRouter.UntilAsync(
            async () => (await SomeRouters.StatusAsync(router)).Variants.Select(static variant => (variant.Name, variant.ReadyEndpoints))
                .Order().SequenceEqual([("canary", 0), ("stable", 1)]),
            "it is counted as not ready");
        routers.Canary.SaysUnready = false;
        await RunningRouter.UntilAsync(
            async () => (await SomeRouters.StatusAsync(router)).Variants.All(static variant => variant.ReadyEndpoints == 1),
            "it is ready again");
    }
}
