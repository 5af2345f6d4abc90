using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>A rollout was applied whose stable version was a variant beside stable in the previous one.</summary>
public sealed record PromotedEvent : RolloutEvent
{
    internal const string KindName = "promoted";

    public PromotedEvent()
    {
    }

    [SetsRequiredMembers]
    public PromotedEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout)
        : base(model, time, rollout)
    {
    }

    [JsonIgnore]
    public override string Kind => KindName;
}
