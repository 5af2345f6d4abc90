using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts;

/// <summary>An event that the first router which serves a rollout appends. It carries the whole rollout, so that routers born later have
/// the last good one too.</summary>
public abstract record RolloutEvent : JournalEvent
{
    private protected RolloutEvent()
    {
    }

    /// <summary>Makes one of a rollout.</summary>
    [SetsRequiredMembers]
    private protected RolloutEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout) =>
        (Model, Time, Rollout, Digest) = (model, time, rollout, RolloutDigest.Of(rollout));

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

/// <summary>A rollout was applied whose stable version was beside stable in the one before.</summary>
public sealed record PromotedEvent : RolloutEvent
{
    internal const string KindName = "promoted";

    /// <summary>Makes one whose members are set by the caller.</summary>
    public PromotedEvent()
    {
    }

    /// <summary>Makes one of a rollout.</summary>
    [SetsRequiredMembers]
    public PromotedEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout)
        : base(model, time, rollout)
    {
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Kind => KindName;
}

/// <summary>A rollout names a condemned version. As stable, the rollout is not applied and the last good one stays; as another variant, it
/// gets no traffic there and the rest of the rollout is applied.</summary>
public sealed record RefusedEvent : RolloutEvent
{
    internal const string KindName = "refused";

    /// <summary>Makes one whose members are set by the caller.</summary>
    public RefusedEvent()
    {
    }

    /// <summary>Makes one of a rollout.</summary>
    [SetsRequiredMembers]
    public RefusedEvent(ModelName model, DateTimeOffset time, RolloutPlan rollout, ModelVersion version, int attempt)
        : base(model, time, rollout) =>
        (Version, Attempt) = (version, attempt);

    /// <summary>The condemned version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The attempt in which it was condemned, from 1.</summary>
    public required int Attempt { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Kind => KindName;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsServed => Rollout.Variants[^1].Version != Version;

    internal override void Check()
    {
        base.Check();
        RequireAttempt(Attempt);
        if (Rollout.Variants.All(variant => variant.Version != Version))
            throw new ContractException($"the event's version is {Version}, which no variant of its rollout has");
    }
}
