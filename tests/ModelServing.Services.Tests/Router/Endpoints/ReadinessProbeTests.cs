using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Endpoints;

/// <summary>Which of the unavailable endpoints is probed next.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class ReadinessProbeTests
{
    [Fact]
    public async Task With_more_endpoints_than_probes_at_a_time_each_has_its_turn()
    {
        var time = new SteppedTime();
        var calls = new UpstreamCalls();
        await using var good = RawServer.Saying("{}");
        var gone = RawServer.Saying("{}");
        await gone.DisposeAsync();
        // Those that never come back are first in the list.
        List<Endpoint> endpoints =
        [
            .. Enumerable.Range(0, ReadinessProbe.MaxAtATime).Select(_ => gone.Address)
                .Concat(Enumerable.Range(0, 4).Select(_ => good.Address))
                .Select((address, i) => new Endpoint(
                    new EndpointEntry(SomePlan.Model, new ModelVersion(1), address.ToString(), i), calls, time)),
        ];
        foreach (var endpoint in endpoints)
            endpoint.Health.Refused();

        using var probe = new ReadinessProbe(() => endpoints, time);
        await probe.StartAsync(TestContext.Current.CancellationToken);
        await RunningRouter.UntilAsync(
            () =>
            {
                time.Advance(ReadinessProbe.Period);
                return endpoints.Skip(ReadinessProbe.MaxAtATime).All(static one => one.Health.State == EndpointState.Ready);
            },
            "each endpoint that is ready was probed");
        Assert.All(
            endpoints.Take(ReadinessProbe.MaxAtATime),
            static one => Assert.Equal(EndpointState.Unreachable, one.Health.State));
        await probe.StopAsync(TestContext.Current.CancellationToken);
    }
}
