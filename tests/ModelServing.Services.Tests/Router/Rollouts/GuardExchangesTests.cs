using System.Net.Sockets;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Cache;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>How a router exchanges the counts of many versions.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class GuardExchangesTests
{
    private const int Models = 20;

    [Fact]
    public async Task The_exchanges_of_all_versions_go_out_together()
    {
        var redis = await TestedRedis.StartAsync();
        await using var routers = new SomeRouters(redis);
        ModelName[] models = [.. Enumerable.Range(1, Models).Select(static i => ModelName.Parse($"model-{i}")), SomePlan.Model];
        var plan = SomeRouters.Canary2();
        foreach (var model in models)
            plan.Rollouts[model] = plan.Rollouts[SomePlan.Model];
        routers.WriteEndpoints([.. models.SelectMany(static model => ((ModelName, int)[])[(model, 1), (model, 2)])]);
        await routers.ApplyAsync(plan);
        var router = await routers.StartAsync();
        using var monitor = await MonitorAsync(redis);

        // Requests in all models change all counts, until a check has seen several changes at once.
        await RunningRouter.UntilAsync(
            async () =>
            {
                foreach (var model in models)
                    await router.InferAsync(path: $"/v2/models/{model}/infer");
                return MostTogether(monitor.Text) >= 3;
            },
            "counts of several versions are written before any are read");
    }

    // The versions whose counts are written between two reads of counts.
    private static int MostTogether(string commands)
    {
        var (most, now) = (0, 0);
        foreach (var line in commands.Split('\n'))
        {
            if (!line.Contains(":counts\"", StringComparison.Ordinal))
                continue;
            if (line.Contains("\"HGETALL\"", StringComparison.OrdinalIgnoreCase))
                now = 0;
            else if (line.Contains("\"HSET\"", StringComparison.OrdinalIgnoreCase))
                most = Math.Max(most, ++now);
        }

        return most;
    }

    private static async Task<Monitor> MonitorAsync(TestedCache redis)
    {
        var client = new TcpClient();
        await client.ConnectAsync(redis.Address, TestContext.Current.CancellationToken);
        var monitor = new Monitor(client);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"AUTH {redis.Password}\r\nMONITOR\r\n"), TestContext.Current.CancellationToken);
        return monitor;
    }

    /// <summary>What redis-server's MONITOR prints: a line for each command of all clients, in their order.</summary>
    private sealed class Monitor : IDisposable
    {
        private readonly TcpClient client;
        private readonly StringBuilder text = new();

        internal Monitor(TcpClient client)
        {
            this.client = client;
            _ = ReadAsync();
        }

        internal string Text
        {
            get
            {
                lock (text)
                    return text.ToString();
            }
        }

        public void Dispose() => client.Dispose();

        private async Task ReadAsync()
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (await client.GetStream().ReadAsync(buffer) is var count and > 0)
                {
                    lock (text)
                        text.Append(Encoding.ASCII.GetString(buffer, 0, count));
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
