using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Router.Routing;

/// <summary>The live endpoints of a document, by entry and by model. Tables with the same document share them.</summary>
internal sealed class TableEndpoints
{
    private readonly EndpointsDocument document;
    private readonly Dictionary<EndpointEntry, Endpoint> byEntry;
    private readonly Dictionary<ModelName, Endpoint[]> byModel;

    private TableEndpoints(EndpointsDocument document, Dictionary<EndpointEntry, Endpoint> byEntry)
    {
        this.document = document;
        this.byEntry = byEntry;
        byModel = byEntry.Values.GroupBy(static endpoint => endpoint.Entry.Model)
            .ToDictionary(static group => group.Key, static group => group.ToArray());
    }

    internal Dictionary<EndpointEntry, Endpoint> ByEntry => byEntry;

    /// <summary>Returns the endpoints of a document. An endpoint that was there before keeps its connections and its health.</summary>
    internal static TableEndpoints From(EndpointsDocument document, TableEndpoints? previous, UpstreamCalls calls, TimeProvider time)
    {
        if (ReferenceEquals(document, previous?.document))
            return previous;
        var byEntry = new Dictionary<EndpointEntry, Endpoint>(document.Endpoints.Count);
        var shared = SharedIn(document);
        foreach (var entry in document.Endpoints)
        {
            if (byEntry.ContainsKey(entry))
                continue;
            var endpoint = previous?.byEntry.GetValueOrDefault(entry) ?? new Endpoint(entry, calls, time);
            endpoint.IsShared = shared.Contains(entry.Address);
            byEntry[entry] = endpoint;
        }

        return new TableEndpoints(document, byEntry);
    }

    /// <summary>The endpoints of all versions of a model.</summary>
    internal ReadOnlySpan<Endpoint> ForModel(ModelName model) => byModel.GetValueOrDefault(model);

    // The addresses at which several versions answer, which are those of pools.
    private static HashSet<string> SharedIn(EndpointsDocument document)
    {
        var first = new Dictionary<string, EndpointEntry>(document.Endpoints.Count);
        return
        [
            .. document.Endpoints.Where(entry => !first.TryAdd(entry.Address, entry)
                    && (first[entry.Address].Model, first[entry.Address].Version) != (entry.Model, entry.Version))
                .Select(static entry => entry.Address),
        ];
    }

    /// <summary>Whether a model has the same endpoints in both.</summary>
    internal bool AreSame(ModelName model, TableEndpoints other) =>
        ReferenceEquals(this, other) || ForModel(model).SequenceEqual(other.ForModel(model));
}
