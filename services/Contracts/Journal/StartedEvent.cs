using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>A rollout was applied with a version beside stable that the previous one did not have.</summary>
public sealed record StartedEvent : RolloutEvent
{
    internal const string KindName = "started";

    public StartedEvent()
    {
    }

    [SetsRequiredMembers]
    public StartedEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout)
        : base(model, time, rollout)
    {
    }

    [JsonIgnore]
    public override string Kind => KindName;
}
