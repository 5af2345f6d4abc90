using System.Net;
using System.Net.Sockets;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.TrafficSplitter;
using ModelServing.Services.Tests.Cache;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Functions.TrafficSplitter;

/// <summary>The function's connection to the cache, over a network that forgets connections while the container is frozen: nothing arrives
/// on them any more, and nothing says so.</summary>
public sealed class SplitCacheTests : IAsyncLifetime
{
    private readonly SteppedTime time = new();
    private readonly CancellationTokenSource closing = new();
    private readonly TcpListener network = new(IPAddress.Loopback, 0);
    private readonly List<Task> connections = [];
    private TestedCache server = null!;
    private SplitCache cache = null!;
    private CancellationTokenSource forgetting = new();
    private int accepted;

    public async ValueTask InitializeAsync()
    {
        server = await TestedRedis.StartAsync();
        network.Start();
        connections.Add(AcceptAsync());
        cache = new SplitCache(
            new FunctionsHostSettings
            {
                Journal = "sqlite:/none",
                Cache = server.Settings with { Addresses = [network.LocalEndpoint.ToString()!] },
            },
            time);
    }

    public async ValueTask DisposeAsync()
    {
        if (cache is not null)
            await cache.DisposeAsync();
        await closing.CancelAsync();
        network.Dispose();
        await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (server is not null)
            await server.DisposeAsync();
        forgetting.Dispose();
        closing.Dispose();
    }

    [Fact]
    public async Task A_container_that_was_frozen_for_longer_than_half_a_minute_opens_another_connection()
    {
        Assert.Equal("PONG", await PingAsync());
        var before = accepted;
        // The next call soon after uses the same connection.
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal("PONG", await PingAsync());
        Assert.Equal(before, accepted);

        await ForgetAsync();
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("PONG", await PingAsync());
        Assert.True(accepted > before, "it has used the connection that the network has forgotten");
    }

    [Fact]
    public async Task A_connection_that_is_lost_earlier_costs_one_call_its_look_into_the_cache_and_the_next_calls_no_time()
    {
        Assert.Equal("PONG", await PingAsync());
        await ForgetAsync();
        Assert.Null(await PingAsync());
        // No call waits again for a second.
        var asked = false;
        Assert.Null(await cache.TryAsync<string>(_ =>
        {
            asked = true;
            return Task.FromResult("asked");
        }));
        Assert.False(asked);
    }

    private Task<string?> PingAsync() => cache.TryAsync(static open => open.QueryAsync(
        "no answer",
        static async multiplexer => (string?)await multiplexer.GetDatabase().ExecuteAsync("PING"),
        TestContext.Current.CancellationToken));

    private Task ForgetAsync()
    {
        var forgotten = forgetting;
        forgetting = new CancellationTokenSource();
        return forgotten.CancelAsync();
    }

    private async Task AcceptAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            var client = await network.AcceptTcpClientAsync(closing.Token);
            accepted++;
            connections.Add(PassAsync(client, forgetting.Token));
        }
    }

    private async Task PassAsync(TcpClient client, CancellationToken forgotten)
    {
        using (client)
        {
            using var target = new TcpClient();
            await target.ConnectAsync(server.Address, closing.Token);
            await Task.WhenAll(
                CopyAsync(client.GetStream(), target.GetStream(), forgotten), CopyAsync(target.GetStream(), client.GetStream(), forgotten));
        }
    }

    // A forgotten connection stays open and swallows everything.
    private async Task CopyAsync(NetworkStream from, NetworkStream to, CancellationToken forgotten)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, closing.Token) is > 0 and var count)
        {
            if (!forgotten.IsCancellationRequested)
                await to.WriteAsync(buffer.AsMemory(0, count), closing.Token);
        }
    }
}
