using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>A rollout was applied that differs from the previous one only in weights.</summary>
public sealed record WeightMovedEvent : RolloutEvent
{
    internal const string KindName = "weightMoved";

    public WeightMovedEvent()
    {
    }

    [SetsRequiredMembers]
    public WeightMovedEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout)
        : base(model, time, rollout)
    {
    }

    [JsonIgnore]
    public override string Kind => KindName;
}
