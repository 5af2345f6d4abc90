namespace ModelServing.Router.Routing;

/// <summary>Holds the current snapshot.</summary>
internal sealed class RoutingTableHolder
{
    private volatile RoutingTable? current;

    /// <summary>The snapshot; null until the first plan was read.</summary>
    internal RoutingTable? Current => current;

    /// <summary>Swaps in a snapshot and lets go of the endpoints that it no longer has.</summary>
    internal void Swap(RoutingTable table)
    {
        var before = current;
        current = table;
        if (before is null)
            return;
        foreach (var (entry, endpoint) in before.Endpoints)
        {
            if (!table.Endpoints.ContainsKey(entry))
                endpoint.Retire();
        }
    }
}
