using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Functions.Rollback;

/// <summary>What became of a message.</summary>
/// <param name="Type">The message's type.</param>
/// <param name="Streams">What became of each stream.</param>
internal sealed record RollbackReport(string Type, IReadOnlyList<StreamReport> Streams)
{
    /// <summary>Whether it has to be asked again: something that was to be done may not be.</summary>
    [JsonIgnore]
    public bool IsUnfinished => Streams.Any(static stream => stream.Outcome == RollbackOutcome.JournalUnread);

    internal byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, RollbackJson.Default.RollbackReport);
}
