using ModelServing.Features.Definitions;

namespace ModelServing.Features.Engine;

/// <summary>What a view knows about one entity, decoded. It is made, changed and encoded by its <see cref="FeatureEngine"/>, and used by one
/// thread at a time.</summary>
public sealed class EntityState
{
    internal EntityState(ViewDefinition definition) => Definition = definition;

    /// <summary>The position in the event log of the last event that was applied; 0 if there is none.</summary>
    public long Sequence { get; internal set; }

    /// <summary>The time of the newest event that was applied; null if there is none.</summary>
    public Instant? Watermark { get; internal set; }

    internal ViewDefinition Definition { get; }
}
