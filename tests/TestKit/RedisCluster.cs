using System.Globalization;

namespace ModelServing.TestKit;

/// <summary>Three redis-servers of one cluster, each with a third of the slots. They are killed and restarted together.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16384;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    private readonly List<RedisServer> servers = [];

    private RedisCluster()
    {
    }

    public IReadOnlyList<RedisServer> Servers => servers;

    /// <summary>Starts the servers and waits until all of them know the whole cluster.</summary>
    public static async Task<RedisCluster> StartAsync()
    {
        var cluster = new RedisCluster();
        try
        {
            var password = Guid.NewGuid().ToString("N");
            for (var i = 0; i < 3; i++)
            {
                var bus = RawServer.NobodyThere().Port.ToString(CultureInfo.InvariantCulture);
                cluster.servers.Add(await RedisServer.StartAsync(
                    password, "--cluster-enabled", "yes", "--cluster-port", bus, "--masterauth", password));
            }

            await cluster.FormAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task KillAsync()
    {
        foreach (var server in servers)
            await server.KillAsync();
    }

    /// <summary>Starts the servers again, empty. Each has kept its place in the cluster.</summary>
    public async Task RestartAsync()
    {
        foreach (var server in servers)
            await server.RestartAsync();
        using var timeout = new CancellationTokenSource(StartTimeout);
        await WaitAsync(timeout.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
            await server.DisposeAsync();
    }

    private async Task FormAsync()
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        for (var i = 0; i < servers.Count; i++)
        {
            var (first, last) = (Slots * i / servers.Count, (Slots * (i + 1) / servers.Count) - 1);
            await ExpectAsync(
                servers[i], string.Create(CultureInfo.InvariantCulture, $"CLUSTER ADDSLOTSRANGE {first} {last}"), timeout.Token);
        }

        foreach (var other in servers.Skip(1))
        {
            var bus = await other.SendAsync("CONFIG GET cluster-port", timeout.Token);
            var port = bus.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)[^1];
            await ExpectAsync(
                servers[0],
                string.Create(CultureInfo.InvariantCulture, $"CLUSTER MEET {other.Address.Address} {other.Address.Port} {port}"),
                timeout.Token);
        }

        await WaitAsync(timeout.Token);
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        foreach (var server in servers)
        {
            while (await server.SendAsync("CLUSTER INFO", cancellation) is var info
                && !(info.Contains("cluster_state:ok", StringComparison.Ordinal)
                    && info.Contains("cluster_known_nodes:3", StringComparison.Ordinal)
                    && info.Contains("cluster_size:3", StringComparison.Ordinal)))
            {
                await Task.Delay(20, cancellation);
            }
        }
    }

    private static async Task ExpectAsync(RedisServer server, string command, CancellationToken cancellation)
    {
        var answer = await server.SendAsync(command, cancellation);
        if (!answer.StartsWith("+OK", StringComparison.Ordinal))
            throw new IOException($"{command}: {answer}");
    }
}
