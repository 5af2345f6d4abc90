using StackExchange.Redis;

namespace ModelServing.Cache.Features;

/// <summary>Which processes serve the values of a cache.</summary>
internal static class ServerRuns
{
    /// <summary>The runs of the servers that take writes, in order, with commas between them; null if one of them is unknown.</summary>
    internal static async Task<string?> FindAsync(ConnectionMultiplexer multiplexer)
    {
        try
        {
            var runs = new List<string>();
            foreach (var server in await PrimariesAsync(multiplexer))
            {
                var run = server.IsConnected
                    ? (await server.InfoAsync("server")).SelectMany(static section => section)
                        .FirstOrDefault(static line => line.Key == "run_id").Value
                    : null;
                if (string.IsNullOrEmpty(run))
                    return null;
                runs.Add(run);
            }

            return runs.Count == 0 ? null : string.Join(',', runs.Order(StringComparer.Ordinal));
        }
        catch (Exception e) when (e is RedisServerException or RedisCommandException or ArgumentException)
        {
            // Not every cache permits the commands, or has the addresses that the cluster names.
            return null;
        }
    }

    private static async Task<IEnumerable<IServer>> PrimariesAsync(ConnectionMultiplexer multiplexer)
    {
        var servers = multiplexer.GetServers();
        if (Array.Find(servers, static server => server.IsConnected && server.ServerType == ServerType.Cluster) is not { } member)
            return servers.Where(static server => !server.IsReplica);
        return (await member.ClusterNodesAsync())?.Nodes
            .Where(static node => !node.IsReplica && node.Slots.Count > 0 && node.EndPoint is not null)
            .Select(node => multiplexer.GetServer(node.EndPoint!)) ?? [];
    }
}
