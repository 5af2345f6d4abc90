using ModelServing.Router.Metrics;

namespace ModelServing.Router.Routing;

/// <summary>Holds the current snapshot.</summary>
/// <param name="series">Which versions the metrics name.</param>
internal sealed class RoutingTableHolder(NamedSeries series)
{
    private volatile RoutingTable? current;

    internal NamedSeries Series => series;

    /// <summary>The snapshot; null until the first plan was read.</summary>
    internal RoutingTable? Current => current;

    /// <summary>Replaces the snapshot and retires the endpoints that it no longer has.</summary>
    internal void Swap(RoutingTable table)
    {
        var previous = current;
        current = table;
        if (previous is null || ReferenceEquals(previous.Endpoints, table.Endpoints))
            return;
        foreach (var (entry, endpoint) in previous.Endpoints)
        {
            if (!table.Endpoints.ContainsKey(entry))
                endpoint.Retire();
        }
    }
}
