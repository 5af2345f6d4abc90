using StackExchange.Redis;

namespace ModelServing.Cache.Features;

/// <summary>Which processes serve the values of a cache.</summary>
internal static class ServerRuns
{
    private const string Run = "run_id:";

    /// <summary>The runs of the servers that take writes, in order, with commas between them; null if one of them is unknown.</summary>
    internal static async Task<string?> FindAsync(ConnectionMultiplexer multiplexer)
    {
        try
        {
            var runs = new List<string>();
            foreach (var server in PrimariesOf(multiplexer))
            {
                if (!server.IsConnected || RunIn((string?)await server.ExecuteAsync("INFO", "server")) is not { } run)
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

    private static string? RunIn(string? info) => info?.Split('\n', StringSplitOptions.TrimEntries)
        .FirstOrDefault(static line => line.StartsWith(Run, StringComparison.Ordinal) && line.Length > Run.Length)?[Run.Length..];

    private static IEnumerable<IServer> PrimariesOf(ConnectionMultiplexer multiplexer)
    {
        var servers = multiplexer.GetServers();
        return Array.Find(servers, static server => server is { IsConnected: true, ServerType: ServerType.Cluster }) is { } member
            ? member.ClusterConfiguration?.Nodes
                .Where(static node => !node.IsReplica && node.Slots.Count > 0 && node.EndPoint is not null)
                .Select(node => multiplexer.GetServer(node.EndPoint!)) ?? []
            : servers.Where(static server => !server.IsReplica);
    }
}
