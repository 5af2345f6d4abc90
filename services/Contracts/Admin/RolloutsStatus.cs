namespace ModelServing.Contracts.Admin;

/// <summary>How all rollouts stand, as one router sees them.</summary>
public sealed record RolloutsStatus
{
    /// <summary>The router that answers: its incarnation, which a restart changes.</summary>
    public required string Router { get; init; }

    /// <summary>What the router knows of the journal.</summary>
    public required JournalReach Journal { get; init; }

    /// <summary>Whether the router reaches the other routers by the cache; null where none is configured.</summary>
    public bool? CacheReached { get; init; }

    /// <summary>The models of the plan, in their order.</summary>
    public required IReadOnlyList<ModelStatus> Models { get; init; }

    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.RolloutsStatus);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ContractException">It is no such document.</exception>
    public static RolloutsStatus Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.RolloutsStatus, "status");
}
