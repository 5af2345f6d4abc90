namespace ModelServing.Contracts.Admin;

/// <summary>The status of one model's rollout.</summary>
public sealed record ModelStatus
{
    public required ModelName Model { get; init; }

    public required RolloutCondition Condition { get; init; }

    /// <summary>The revision of the served rollout; null if none is served.</summary>
    public string? Revision { get; init; }

    /// <summary>The plan's rollout if another one, or none, is served in its place; otherwise null.</summary>
    public RolloutPlan? Planned { get; init; }

    /// <summary>The served experiment; null for none.</summary>
    public string? Experiment { get; init; }

    /// <summary>The variants of the served rollout, stable first.</summary>
    public required IReadOnlyList<VariantStatus> Variants { get; init; }

    /// <summary>The versions that are kept ready without traffic.</summary>
    public IReadOnlyList<KeptVersionStatus> KeptWarm { get; init; } = [];

    /// <summary>All condemned versions, whether the plan names them or not.</summary>
    public IReadOnlyList<CondemnedVersion> Condemned { get; init; } = [];

    /// <summary>The number of the last event in the journal that the router knows; 0 for none.</summary>
    public required long LastSeq { get; init; }

    /// <summary>Why newer events cannot be read although the journal answers: an event of this model is damaged. Null if they can be
    /// read.</summary>
    public string? JournalFault { get; init; }

    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.ModelStatus);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static ModelStatus Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.ModelStatus, "status");
}
