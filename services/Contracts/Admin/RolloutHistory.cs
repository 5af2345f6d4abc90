using ModelServing.Contracts.Journal;

namespace ModelServing.Contracts.Admin;

/// <summary>A part of one model's journal.</summary>
/// <param name="Events">The events in the order of their numbers, without a gap.</param>
public sealed record RolloutHistory(IReadOnlyList<JournalEvent> Events)
{
    /// <summary>The most events in one answer; callers get more with a further request after the last of them.</summary>
    public const int MaxEvents = 500;

    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.RolloutHistory);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static RolloutHistory Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.Read(utf8, ContractsJson.Default.RolloutHistory, "history");
}
