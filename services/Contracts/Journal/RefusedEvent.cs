using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>A rollout names a condemned version. If it is stable, the rollout is not applied and the last good one stays. If it is another
/// variant, it gets no traffic, and the rest of the rollout is applied.</summary>
public sealed record RefusedEvent : RolloutEvent
{
    internal const string KindName = "refused";

    public RefusedEvent()
    {
    }

    [SetsRequiredMembers]
    public RefusedEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout, ModelVersion version, int trial)
        : base(model, time, rollout)
    {
        Version = version;
        Trial = trial;
    }

    /// <summary>The condemned version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The trial in which it was condemned, from 1.</summary>
    public required int Trial { get; init; }

    [JsonIgnore]
    public override string Kind => KindName;

    [JsonIgnore]
    public override bool IsServed => Rollout.Stable.Version != Version;

    internal override void Check()
    {
        base.Check();
        RequireTrial(Trial);
        if (Rollout.Variants.All(variant => variant.Version != Version))
            throw new ContractException($"the event's version is {Version}, which no variant of its rollout has");
    }
}
