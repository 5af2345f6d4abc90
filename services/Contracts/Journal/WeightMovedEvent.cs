using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>A rollout was applied that differs from the one before in weights only.</summary>
public sealed record WeightMovedEvent : RolloutEvent
{
    internal const string KindName = "weightMoved";

    /// <summary>Makes one whose members are set by the caller.</summary>
    public WeightMovedEvent()
    {
    }

    /// <summary>Makes one of a rollout.</summary>
    [SetsRequiredMembers]
    public WeightMovedEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout)
        : base(model, time, rollout)
    {
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Kind => KindName;
}
