using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>An event about a rollout, which the first router that serves it appends. It has the whole rollout, so that routers that start
/// later know the last good one too.</summary>
public abstract record RolloutEvent : JournalEvent
{
    private protected RolloutEvent()
    {
    }

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

    /// <summary>The rollout's <see cref="RolloutDigest"/>, as its writer computed it. It is not compared with <see cref="Rollout"/>,
    /// because later programs may write the same rollout differently.</summary>
    public required string Digest { get; init; }

    /// <summary>Whether the rollout is served after this event. False only if its stable version is condemned; a condemned version in
    /// another variant gets no traffic, and the rest of the rollout is served.</summary>
    [JsonIgnore]
    public virtual bool IsServed => true;

    internal override void Check()
    {
        base.Check();
        if (!RolloutDigest.IsDigest(Digest))
            throw new ContractException($"the event's digest is '{Digest}'; it must be {RolloutDigest.Form}");
        Rollout.Check("rollout");
    }
}
