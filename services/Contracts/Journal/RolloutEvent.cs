using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>An event that the first router which serves a rollout appends. It carries the whole rollout, so that routers born later have
/// the last good one too.</summary>
public abstract record RolloutEvent : JournalEvent
{
    private protected RolloutEvent()
    {
    }

    /// <summary>Makes one of a rollout.</summary>
    [SetsRequiredMembers]
    private protected RolloutEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout)
    {
        Model = model;
        Time = time;
        Rollout = rollout;
        Digest = RolloutDigest.Compute(rollout);
    }

    /// <summary>The rollout, as the plan has it.</summary>
    public required RolloutPlan Rollout { get; init; }

    /// <summary>The rollout's <see cref="RolloutDigest"/>, as its writer computed it. It is not held against <see cref="Rollout"/>: later
    /// programs may write the same rollout otherwise.</summary>
    public required string Digest { get; init; }

    /// <summary>Whether the rollout is served by this event. False only where its stable version is condemned; a condemned version in
    /// another variant gets no traffic, and the rest of the rollout stands.</summary>
    [JsonIgnore]
    public virtual bool IsServed => true;

    internal override void Check()
    {
        base.Check();
        if (!RolloutDigest.IsDigest(Digest))
            throw new ContractException($"the event's digest is '{Digest}'; it has to be {RolloutDigest.Form}");
        Rollout.Check("rollout");
    }
}
