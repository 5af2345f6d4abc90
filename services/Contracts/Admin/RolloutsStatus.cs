namespace ModelServing.Contracts.Admin;

/// <summary>The status of all rollouts, as one router sees them.</summary>
public sealed record RolloutsStatus
{
    /// <summary>The router that answers: its incarnation, which a restart changes.</summary>
    public required string Router { get; init; }

    public required JournalReach Journal { get; init; }

    /// <summary>Whether the router reaches the cache that connects it with the other routers; null if none is configured.</summary>
    public bool? CacheReached { get; init; }

    /// <summary>The models of the plan, in its order.</summary>
    public required IReadOnlyList<ModelStatus> Models { get; init; }

    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.RolloutsStatus);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static RolloutsStatus Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.RolloutsStatus, "status");
}
