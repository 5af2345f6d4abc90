using System.Globalization;
using ModelServing.Features.Definitions;
using ModelServing.OnlineStore;

namespace ModelServing.Jobs.Features;

/// <summary>The result for a view.</summary>
/// <param name="Entities">The entities whose states were written.</param>
/// <param name="Marker">The marker; null if other shards are missing.</param>
/// <param name="WasFilled">Whether the view was filled already, or another process filled it.</param>
internal sealed record RebuiltView(ViewId View, long Entities, ViewMarker? Marker, bool WasFilled)
{
    public override string ToString() => WasFilled ? $"{View}: is filled already"
        : Marker is { } marker
            ? string.Create(CultureInfo.InvariantCulture, $"{View}: {Entities:N0} entities written; filled up to event {marker.FilledTo}")
            : string.Create(CultureInfo.InvariantCulture, $"{View}: {Entities:N0} entities written; it is filled once all parts are");
}
