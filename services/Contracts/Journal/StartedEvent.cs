using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>A rollout was applied that has a version beside stable which the one before did not have.</summary>
public sealed record StartedEvent : RolloutEvent
{
    internal const string KindName = "started";

    /// <summary>Makes one whose members are set by the caller.</summary>
    public StartedEvent()
    {
    }

    /// <summary>Makes one of a rollout.</summary>
    [SetsRequiredMembers]
    public StartedEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout)
        : base(model, time, rollout)
    {
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Kind => KindName;
}
