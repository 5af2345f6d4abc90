using System.Net.Sockets;
using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Endpoints;

/// <summary>What becomes of a connection after its request.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class IdleConnectionsTests
{
    private readonly OpenConnections open = new();

    [Fact]
    public async Task A_connection_is_closed_a_minute_after_its_last_request()
    {
        await using var server = RawServer.Saying("one");
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Stable(), SomePlan.Endpoints((1, server.Address)), RunningRouter.WithSteppedTime(out var time));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("one", (await router.InferAsync()).Text);
            await AdvanceAsync(seconds: 40);
            Assert.Equal((1, 1), (router.Upstream.Count, server.Accepted));
        }

        await AdvanceAsync(seconds: 25);
        await RunningRouter.UntilAsync(() => router.Upstream.Count == 0, "it is closed");

        // The sweep, which looks once a second, gets its turn between two steps.
        async Task AdvanceAsync(int seconds)
        {
            for (var i = 0; i < seconds; i++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(2, TestContext.Current.CancellationToken);
            }
        }
    }

    [Fact]
    public void A_connection_that_is_put_back_after_its_endpoint_was_retired_is_closed()
    {
        var endpoint = new Endpoint(
            new EndpointEntry(SomePlan.Model, new ModelVersion(1), "127.0.0.1:9", 1), open, new SteppedTime());
        var connection = endpoint.Create();
        Assert.Equal(1, open.Count);
        endpoint.Retire();
        endpoint.PutBack(connection, now: 1);
        Assert.Equal(0, open.Count);
        Assert.Null(endpoint.TakeIdle());
    }

    [Fact]
    public void A_request_that_was_cut_off_stays_so()
    {
        using var late = new UpstreamConnection(AddressFamily.InterNetwork, open);
        late.Begin(deadline: 5, CancellationToken.None);
        late.ExpireIfPast(5);
        late.Extend(100);
        Assert.True(late.HasExpired);
        Assert.False(late.End());

        using var abandoned = new UpstreamConnection(AddressFamily.InterNetwork, open);
        abandoned.Begin(deadline: 5, CancellationToken.None);
        abandoned.Abandon();
        abandoned.Extend(100);
        abandoned.ExpireIfPast(200);
        Assert.True(abandoned.WasAbandoned);
        Assert.False(abandoned.End());
    }

    [Fact]
    public void A_request_has_nothing_of_the_one_before_it_on_its_connection()
    {
        using var connection = new UpstreamConnection(AddressFamily.InterNetwork, open);
        var ordinary = connection.Output.Length;
        connection.Begin(UpstreamConnection.NoDeadline, CancellationToken.None);
        connection.ClientTime = 5;
        connection.Output = new byte[1024 * 1024];
        Assert.True(connection.End());
        connection.Reset();
        Assert.Equal(ordinary, connection.Output.Length);
        connection.Begin(UpstreamConnection.NoDeadline, CancellationToken.None);
        Assert.Equal(0, connection.ClientTime);
        Assert.True(connection.End());
        // No request, so there is nothing to cut off.
        Assert.False(connection.End());
    }
}
