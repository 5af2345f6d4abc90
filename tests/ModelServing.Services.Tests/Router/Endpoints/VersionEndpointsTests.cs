using System.Net;
using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Routing;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Endpoints;

/// <summary>Which endpoint gets a request, and which may be ejected; without a network.</summary>
public class VersionEndpointsTests
{
    private readonly SteppedTime time = new();
    private readonly UpstreamCalls calls = new();

    [Fact]
    public void The_endpoint_with_fewer_requests_in_flight_of_two_is_chosen()
    {
        var endpoints = Some(10);
        for (var i = 0; i < 9; i++)
            endpoints[0].Enter();
        var counts = new int[10];
        for (var i = 0; i < 3000; i++)
        {
            var chosen = endpoints.Choose(0, evenUnreachable: false);
            endpoints[chosen].Enter();
            counts[chosen]++;
            if (i % 10 != 9)
                continue;
            // Ten requests came, and all end except those of the slow endpoint.
            foreach (var endpoint in endpoints.All[1..])
            {
                while (endpoint.InFlight > 0)
                    endpoint.Leave();
            }
        }

        // The slow endpoint is never less busy than another.
        Assert.Equal(0, counts[0]);
        Assert.All(counts[1..], static count => Assert.InRange(count, 3000 / 9 * 0.6, 3000 / 9 * 1.4));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(9, 4)]
    public void At_most_half_are_ejected_and_the_last_one_never(int count, int ejected)
    {
        var endpoints = Some(count);
        for (var round = 0; round < 3; round++)
        {
            foreach (var endpoint in endpoints.All)
                Fail(endpoints, endpoint);
        }

        Assert.Equal(ejected, endpoints.CountIn(EndpointState.Ejected));
        for (var i = 0; i < 100; i++)
            Assert.Equal(EndpointState.Ready, endpoints[endpoints.Choose(0, evenUnreachable: false)].Health.State);
        Assert.Null(endpoints.UnreachableSince);
    }

    [Fact]
    public void Unreachable_endpoints_count_towards_the_share()
    {
        var endpoints = Some(4);
        endpoints[0].Health.Refused();
        Fail(endpoints, endpoints[1]);
        Fail(endpoints, endpoints[2]);
        Fail(endpoints, endpoints[3]);
        Assert.Equal(1, endpoints.CountIn(EndpointState.Unreachable));
        Assert.Equal(1, endpoints.CountIn(EndpointState.Ejected));
        Assert.Equal(2, endpoints.CountIn(EndpointState.Ready));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void A_version_that_fails_everywhere_loses_no_endpoint(int count)
    {
        var endpoints = Some(count);
        for (var i = 0; i < EndpointHealth.FailuresToEject * 3; i++)
        {
            foreach (var endpoint in endpoints.All)
                Assert.False(endpoints.Failed(endpoint));
        }

        // Once the others are healthy again, the endpoint itself is the cause.
        foreach (var endpoint in endpoints.All[1..])
            endpoint.Health.Succeeded();
        Assert.True(endpoints.Failed(endpoints[0]));
    }

    [Fact]
    public void Only_failures_in_a_row_eject()
    {
        var endpoints = Some(2);
        for (var i = 0; i < 50; i++)
        {
            for (var failure = 1; failure < EndpointHealth.FailuresToEject; failure++)
                Assert.False(endpoints.Failed(endpoints[0]));
            endpoints[0].Health.Succeeded();
        }

        for (var failure = 1; failure < EndpointHealth.FailuresToEject; failure++)
            Assert.False(endpoints.Failed(endpoints[0]));
        Assert.True(endpoints.Failed(endpoints[0]));
        Assert.False(endpoints.Failed(endpoints[0]));
    }

    [Fact]
    public void Each_ejection_lasts_twice_as_long_up_to_a_limit_and_a_good_time_forgets_them()
    {
        var endpoints = Some(2);
        var endpoint = endpoints[0];
        var expected = EndpointHealth.BaseEjection;
        for (var i = 0; i < 10; i++)
        {
            Fail(endpoints, endpoint);
            AssertOutFor(expected);
            expected = expected * 2 < EndpointHealth.MaxEjection ? expected * 2 : EndpointHealth.MaxEjection;
        }

        time.Advance(EndpointHealth.MaxEjection + TimeSpan.FromTicks(1));
        Fail(endpoints, endpoint);
        AssertOutFor(EndpointHealth.BaseEjection);

        void AssertOutFor(TimeSpan length)
        {
            Assert.Equal(EndpointState.Ejected, endpoint.Health.State);
            time.Advance(length - TimeSpan.FromTicks(1));
            Assert.False(endpoint.Health.CanProbe());
            time.Advance(TimeSpan.FromTicks(1));
            Assert.True(endpoint.Health.CanProbe());
            endpoint.Health.MarkReady();
        }
    }

    [Fact]
    public void An_unavailable_endpoint_is_chosen_only_if_there_is_no_better_one()
    {
        var endpoints = Some(3);
        endpoints[0].Health.Refused();
        endpoints[1].Health.Eject();
        Assert.Equal(2, endpoints.Choose(0, evenUnreachable: true));
        Assert.Equal(1, endpoints.Choose(1 << 2, evenUnreachable: true));
        Assert.Equal(-1, endpoints.Choose((1 << 1) | (1 << 2), evenUnreachable: false));
        Assert.Equal(0, endpoints.Choose((1 << 1) | (1 << 2), evenUnreachable: true));
        Assert.Equal(-1, endpoints.Choose(7, evenUnreachable: true));
        Assert.Equal(-1, Some(0).Choose(0, evenUnreachable: true));
    }

    [Fact]
    public void A_version_is_unreachable_from_the_moment_when_its_last_endpoint_was_lost()
    {
        var endpoints = Some(2);
        Assert.Null(endpoints.UnreachableSince);
        endpoints[0].Health.Refused();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(endpoints.UnreachableSince);
        var lost = time.GetTimestamp();
        endpoints[1].Health.Refused();
        time.Advance(TimeSpan.FromSeconds(1));
        endpoints[1].Health.Refused();
        Assert.Equal(lost, endpoints.UnreachableSince);
        endpoints[0].Health.MarkReady();
        Assert.Null(endpoints.UnreachableSince);
    }

    [Fact]
    public void A_new_table_keeps_the_state_of_endpoints_versions_and_the_budget()
    {
        var (one, other) = (new IPEndPoint(IPAddress.Loopback, 1001), new IPEndPoint(IPAddress.Loopback, 1002));
        var table = Table(null, one, other);
        var version = Version(table);
        Fail(version, version[0]);
        version[1].Health.Refused();
        time.Advance(TimeSpan.FromSeconds(1));

        var next = Table(table, one, other);
        Assert.Equal(version.All.ToArray(), Version(next).All.ToArray());
        Assert.Equal((1, 1), (Version(next).CountIn(EndpointState.Ejected), Version(next).CountIn(EndpointState.Unreachable)));
        Assert.True(next.TryGetModel("fraud", out var model)
            && table.TryGetModel("fraud", out var before)
            && ReferenceEquals(model.Budget, before.Budget));

        // The ejected endpoint leaves. The version is unreachable from now on, however long the other one has been.
        var left = time.GetTimestamp();
        next = Table(next, other);
        Assert.Equal(left, Version(next).UnreachableSince);
        time.Advance(TimeSpan.FromSeconds(1));
        next = Table(next);
        Assert.Equal(left, Version(next).UnreachableSince);
        time.Advance(TimeSpan.FromSeconds(1));
        next = Table(next, one);
        Assert.Null(Version(next).UnreachableSince);
    }

    [Fact]
    public void A_version_without_endpoints_is_unreachable_from_the_first_table_on()
    {
        var began = time.GetTimestamp();
        var table = Table(null);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(began, Version(Table(table)).UnreachableSince);
    }

    private static VersionEndpoints Version(RoutingTable table) => table.EndpointsOf(SomePlan.Model, new ModelVersion(1))!;

    private RoutingTable Table(RoutingTable? previous, params IPEndPoint[] addresses) =>
        RoutingTable.Build(
            SomePlan.Stable(), Named(SomePlan.Endpoints([.. addresses.Select(static address => (1, address))])), previous, calls, time);

    // The same process at the same address, at any position in the list.
    private static EndpointsDocument Named(EndpointsDocument endpoints) =>
        endpoints with { Endpoints = [.. endpoints.Endpoints.Select(static entry => entry with { Process = 1 })] };

    private VersionEndpoints Some(int count) => new(
        [.. Enumerable.Range(1, count)
            .Select(i => new Endpoint(new EndpointEntry(SomePlan.Model, new ModelVersion(1), $"127.0.0.1:{1000 + i}", i), calls, time))],
        null,
        time);

    private static void Fail(VersionEndpoints endpoints, Endpoint endpoint)
    {
        for (var i = 0; i < EndpointHealth.FailuresToEject; i++)
            endpoints.Failed(endpoint);
    }
}
