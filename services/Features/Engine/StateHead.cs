namespace ModelServing.Features.Engine;

/// <summary>What a reader learns about an entity as a whole.</summary>
/// <param name="Sequence">The position in the event log of the last event that was applied; 0 without one.</param>
/// <param name="Status">Whether the entity has events, and whether they count at the time of reading.</param>
public readonly record struct StateHead(long Sequence, FeatureStatus Status);
