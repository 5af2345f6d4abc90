namespace ModelServing.Router.Routing;

/// <summary>Holds the current snapshot.</summary>
internal sealed class RoutingTableHolder
{
    private volatile RoutingTable? current;

    /// <summary>The snapshot; null until the first plan was read.</summary>
    internal RoutingTable? Current => current;

    /// <summary>Replaces the snapshot and retires the endpoints that it no longer has.</summary>
    internal void Swap(RoutingTable table)
    {
        var previous = current;
        current = table;
        if (previous is null)
            return;
        foreach (var (entry, endpoint) in previous.Endpoints)
        {
            if (!table.Endpoints.ContainsKey(entry))
                endpoint.Retire();
        }
    }
}
