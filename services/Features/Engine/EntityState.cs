using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine;

/// <summary>What a view knows about one entity, decoded. It is made, changed and encoded by its <see cref="FeatureEngine"/>, and used by
/// one thread at a time.</summary>
public sealed class EntityState
{
    internal EntityState(EnginePlan plan)
    {
        Plan = plan;
        Tail = new EventTail(plan.Definition.Tail);
        Groups = [.. plan.Groups.Select(group => new TileGroup(group, group.MaxTiles(plan.ReadReach)))];
    }

    /// <summary>The position in the event log of the last event that was applied; 0 before the first.</summary>
    public long Sequence { get; internal set; }

    /// <summary>The time of the newest event that was applied; null before the first.</summary>
    public Instant? Watermark => Newest < 0 ? null : new Instant(Newest);

    internal EnginePlan Plan { get; }

    /// <summary>The time of the newest event in microseconds, or -1.</summary>
    internal long Newest { get; set; } = -1;

    internal EventTail Tail { get; }

    internal TileGroup[] Groups { get; }

    internal FieldValues Fields { get; } = new();
}
