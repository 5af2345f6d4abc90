using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;
using ModelServing.Features.Events.Log;
using ModelServing.OnlineStore;
using ModelServing.Registry;

namespace ModelServing.FeatureServer.Views;

/// <summary>The views that the server fills.</summary>
internal sealed class ServedViewTable(
    FeatureServerSettings settings, CacheConnections cache, IObjectStore store, TimeProvider time, ILogger<ServedViewTable> logger)
{
    /// <summary>All views, loaded or not.</summary>
    internal IReadOnlyList<LoadedView> All { get; } = [.. settings.Views.Distinct().Select(static view => new LoadedView(view))];

    /// <summary>The engines of the views that are loaded.</summary>
    internal IReadOnlyList<FeatureEngine> Engines => [.. All.Select(static view => view.Reading?.Engine).OfType<FeatureEngine>()];

    /// <summary>The first place in the event log that a view still reads; null without views, or while one is not loaded.</summary>
    internal EventPosition? FirstPosition
    {
        get
        {
            var positions = All.Select(static view => view.Follower?.Position).ToList();
            return positions.Count == 0 || positions.Contains(null)
                ? null
                : positions.OfType<EventPosition>().MinBy(static position => (position.Epoch, position.Place.Position.Segment));
        }
    }

    internal LoadedView? Find(string view, int version) =>
        All.FirstOrDefault(loaded => loaded.Name.View == view && loaded.Name.Version == version);

    /// <summary>Loads a view's definition.</summary>
    /// <exception cref="RegistryException">It is not published, or the registry can't be read.</exception>
    /// <exception cref="ContractException">It can't be read by this program.</exception>
    internal async Task<ViewFollower> LoadAsync(LoadedView view, EventLog log, CancellationToken cancellation)
    {
        var id = new ViewId(ViewName.Parse(view.Name.View), view.Name.Version);
        var engine = new FeatureEngine(await new PublishedViews(store).ReadAsync(id, cancellation));
        var follower = new ViewFollower(
            new ViewStore(engine, cache.Writes, settings.Environment), log, Path.Combine(settings.Log!.Folder, "views"), time, logger);
        view.Reading = new ViewStore(engine, cache.Reads, settings.Environment);
        view.Follower = follower;
        return follower;
    }
}
