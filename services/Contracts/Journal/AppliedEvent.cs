using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>A rollout was applied, and none of the other events describes it: for example the model's first rollout, without a variant
/// beside stable.</summary>
public sealed record AppliedEvent : RolloutEvent
{
    internal const string KindName = "applied";

    public AppliedEvent()
    {
    }

    [SetsRequiredMembers]
    public AppliedEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout)
        : base(model, time, rollout)
    {
    }

    [JsonIgnore]
    public override string Kind => KindName;
}
