using System.Collections.Concurrent;

namespace ModelServing.Router.Forwarding.Wire;

/// <summary>All open connections, so that one sweep checks every deadline and no request needs its own timer.</summary>
internal sealed class OpenConnections
{
    private readonly ConcurrentDictionary<UpstreamConnection, bool> connections = new();

    internal int Count => connections.Count;

    internal void Add(UpstreamConnection connection) => connections[connection] = true;

    internal void Remove(UpstreamConnection connection) => connections.TryRemove(connection, out _);

    internal void ExpirePast(long now)
    {
        foreach (var (connection, _) in connections)
            connection.ExpireIfPast(now);
    }
}
