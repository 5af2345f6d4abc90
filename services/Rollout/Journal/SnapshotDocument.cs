using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Journal;

internal sealed record SnapshotDocument
{
    public required int Schema { get; init; }

    public required IReadOnlyList<ModelEntry> Models { get; init; }
}
