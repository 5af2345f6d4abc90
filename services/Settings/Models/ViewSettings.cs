using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>A feature view that is served.</summary>
public sealed record ViewSettings
{
    [Setting(
        "The published versions of the view, one or several: a new version is served beside the old one until no model uses the old one. "
        + "A new version is filled from the event log before its features can be read.")]
    public required IReadOnlyList<ModelVersion> Versions { get; init; }
}
