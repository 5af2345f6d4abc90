using ModelServing.Contracts.Journal;

namespace ModelServing.Contracts.Admin;

/// <summary>A part of one model's journal.</summary>
/// <param name="Events">The events in the order of their numbers, without a gap.</param>
public sealed record RolloutHistory(IReadOnlyList<JournalEvent> Events)
{
    /// <summary>The most events that one answer has; who wants more asks again after the last of them.</summary>
    public const int MaxEvents = 500;

    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.RolloutHistory);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ContractException">It is no such document.</exception>
    public static RolloutHistory Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.RolloutHistory, "history");
}
