using System.Net;
using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Routing;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Endpoints;

/// <summary>Which process of a pool gets the requests of a version; without a network.</summary>
public class PooledEndpointsTests
{
    private static readonly ModelVersion Stable = new(1);
    private static readonly ModelVersion Canary = new(2);

    private readonly SteppedTime time = new();
    private readonly UpstreamCalls calls = new();

    [Fact]
    public void A_pool_is_known_by_addresses_at_which_several_versions_answer()
    {
        var table = Table(null, (1, 1001), (2, 1001), (1, 1002));
        Assert.True(Endpoint(table, Stable, 1001).IsShared);
        Assert.True(Endpoint(table, Canary, 1001).IsShared);
        Assert.False(Endpoint(table, Stable, 1002).IsShared);
        table = Table(table, (1, 1001), (2, 1003), (1, 1003));
        Assert.False(Endpoint(table, Stable, 1001).IsShared);
        Assert.True(Endpoint(table, Canary, 1003).IsShared);
    }

    [Fact]
    public void A_canary_begins_at_one_process_and_goes_to_all_once_it_has_answered_well()
    {
        var pooled = Pool(1001, 1002, 1003).EndpointsOf(SomePlan.Model, Canary)!;
        var single = Assert.Single(Chosen(pooled));
        // Each router chooses the same.
        Assert.Equal(single, Assert.Single(Chosen(Pool(1001, 1002, 1003).EndpointsOf(SomePlan.Model, Canary)!)));
        for (var i = 0; i <= EndpointHealth.NewAnswers; i++)
            pooled.Succeeded(pooled[single]);
        Assert.Equal([0, 1, 2], Chosen(pooled));
    }

    [Fact]
    public void A_canary_whose_one_process_is_gone_begins_at_another()
    {
        var pooled = Pool(1001, 1002).EndpointsOf(SomePlan.Model, Canary)!;
        var single = Assert.Single(Chosen(pooled));
        pooled[single].Health.Refused();
        Assert.Equal([1 - single], Chosen(pooled));
    }

    [Fact]
    public void Stable_uses_all_processes_from_the_start()
    {
        Assert.Equal([0, 1, 2], Chosen(Pool(1001, 1002, 1003).EndpointsOf(SomePlan.Model, Stable)!, evenUnreachable: true));
    }

    [Fact]
    public void A_canary_that_lost_its_connection_gets_requests_only_at_a_newer_process_until_that_one_answers_well()
    {
        var table = Pool(1001, 1002);
        var pooled = table.EndpointsOf(SomePlan.Model, Canary)!;
        time.Advance(TimeSpan.FromSeconds(1));
        pooled.Lost(pooled[0]);
        Assert.Empty(Chosen(pooled));

        // The next process is there. It keeps its loss through a change of the endpoints.
        time.Advance(TimeSpan.FromSeconds(1));
        pooled = Pool(table, 1002, 1003).EndpointsOf(SomePlan.Model, Canary)!;
        var newer = Enumerable.Range(0, 2).Single(i => pooled[i].Entry.Address.EndsWith(":1003", StringComparison.Ordinal));
        Assert.Equal([newer], Chosen(pooled));
        // An answer that the older process has still given says nothing.
        pooled.Succeeded(pooled[1 - newer]);
        Assert.Equal([newer], Chosen(pooled));
        for (var i = 0; i <= EndpointHealth.NewAnswers; i++)
            pooled.Succeeded(pooled[newer]);
        Assert.Equal([0, 1], Chosen(pooled));
    }

    [Fact]
    public void Without_a_newer_process_a_loss_is_forgotten_after_a_minute()
    {
        var pooled = Pool(1001, 1002).EndpointsOf(SomePlan.Model, Canary)!;
        pooled.Lost(pooled[0]);
        time.Advance(PoolSuspicion.Longest - TimeSpan.FromTicks(1));
        Assert.Empty(Chosen(pooled));
        time.Advance(TimeSpan.FromTicks(1));
        Assert.NotEmpty(Chosen(pooled));
    }

    [Fact]
    public void A_version_with_processes_of_its_own_keeps_the_others_after_a_loss()
    {
        var own = Table(null, (1, 1001), (2, 1002), (2, 1003)).EndpointsOf(SomePlan.Model, Canary)!;
        own.Lost(own[0]);
        Assert.Equal([0, 1], Chosen(own));
    }

    private static int[] Chosen(VersionEndpoints endpoints, bool evenUnreachable = false) =>
        [.. Enumerable.Range(0, 200).Select(_ => endpoints.Choose(0, evenUnreachable)).Where(static i => i >= 0).Distinct().Order()];

    private static Endpoint Endpoint(RoutingTable table, ModelVersion version, int port) =>
        table.EndpointsOf(SomePlan.Model, version)!.All.ToArray().Single(endpoint => endpoint.Address.Port == port);

    private RoutingTable Pool(params int[] ports) => Pool(null, ports);

    private RoutingTable Pool(RoutingTable? previous, params int[] ports) =>
        Table(previous, [.. ports.SelectMany(static port => ((int, int)[])[(1, port), (2, port)])]);

    private RoutingTable Table(RoutingTable? previous, params (int Version, int Port)[] endpoints)
    {
        var document = SomePlan.Endpoints(
            [.. endpoints.Select(static endpoint => (endpoint.Version, new IPEndPoint(IPAddress.Loopback, endpoint.Port)))]);
        // The same process at the same address.
        document = document with { Endpoints = [.. document.Endpoints.Select(static entry => entry with { Process = 1 })] };
        return RoutingTable.Build(SomePlan.Canary(500), document, previous, calls, time);
    }
}
