using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Functions.Rollback;

/// <summary>The result for a message, stream by stream.</summary>
internal sealed record RollbackReport(string Type, IReadOnlyList<StreamReport> Streams)
{
    /// <summary>Whether the message must be sent again, because a version may not be condemned yet.</summary>
    [JsonIgnore]
    public bool IsUnfinished => Streams.Any(static stream => stream.Outcome == RollbackOutcome.JournalUnread);

    internal byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, RollbackJson.Default.RollbackReport);
}
