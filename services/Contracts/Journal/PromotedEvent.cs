using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>A rollout was applied whose stable version was beside stable in the one before.</summary>
public sealed record PromotedEvent : RolloutEvent
{
    internal const string KindName = "promoted";

    /// <summary>Makes one whose members are set by the caller.</summary>
    public PromotedEvent()
    {
    }

    /// <summary>Makes one of a rollout.</summary>
    [SetsRequiredMembers]
    public PromotedEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout)
        : base(model, time, rollout)
    {
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Kind => KindName;
}
