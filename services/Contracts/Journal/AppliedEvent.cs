using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>A rollout was applied: the model's first without a variant beside stable, or one of which no other event of a rollout is to be
/// said.</summary>
public sealed record AppliedEvent : RolloutEvent
{
    internal const string KindName = "applied";

    /// <summary>Makes one whose members are set by the caller.</summary>
    public AppliedEvent()
    {
    }

    /// <summary>Makes one of a rollout.</summary>
    [SetsRequiredMembers]
    public AppliedEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout)
        : base(model, time, rollout)
    {
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Kind => KindName;
}
