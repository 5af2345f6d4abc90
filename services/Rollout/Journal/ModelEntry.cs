using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Journal;

internal sealed record ModelEntry
{
    public required ModelName Model { get; init; }

    public required long LastSeq { get; init; }

    // Missing in snapshots of earlier programs.
    public Guid? LastId { get; init; }

    public required IReadOnlyList<VersionEntry> Versions { get; init; }

    public required IReadOnlyList<ServedEntry> Served { get; init; }

    public JsonElement? LastRollout { get; init; }
}
