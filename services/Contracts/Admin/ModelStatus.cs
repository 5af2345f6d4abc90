namespace ModelServing.Contracts.Admin;

/// <summary>How one model's rollout stands.</summary>
public sealed record ModelStatus
{
    /// <summary>The model.</summary>
    public required ModelName Model { get; init; }

    /// <summary>What it is in.</summary>
    public required RolloutCondition Condition { get; init; }

    /// <summary>The revision of the rollout that is served; null where none is.</summary>
    public string? Revision { get; init; }

    /// <summary>The experiment that is served; null for none.</summary>
    public string? Experiment { get; init; }

    /// <summary>The variants of the rollout that is served, stable first.</summary>
    public required IReadOnlyList<VariantStatus> Variants { get; init; }

    /// <summary>The versions that are kept ready without traffic.</summary>
    public IReadOnlyList<KeptVersionStatus> KeptWarm { get; init; } = [];

    /// <summary>Every version that is condemned, whether the plan names it or not.</summary>
    public IReadOnlyList<CondemnedVersion> Condemned { get; init; } = [];

    /// <summary>The number of the last event of the journal that the router knows; 0 for none.</summary>
    public required long LastSeq { get; init; }

    /// <summary>Why what comes after that can't be read although the journal answers: an event of this model is damaged. Null where
    /// it can.</summary>
    public string? JournalFault { get; init; }

    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.ModelStatus);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ContractException">It is no such document.</exception>
    public static ModelStatus Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.ModelStatus, "status");
}
