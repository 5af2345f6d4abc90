namespace ModelServing.Rollout.Journal;

internal sealed record SnapshotDocument
{
    public required int Schema { get; init; }

    public required IReadOnlyList<ModelEntry> Models { get; init; }
}
