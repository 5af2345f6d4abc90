using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.OnlineStore;

/// <summary>What the processes of a <see cref="SharedFill"/> know of each other, in the cache. It is there only while no other fill has
/// begun.</summary>
/// <param name="Digest">The digest of the view's definition.</param>
/// <param name="Fill">Names the fill, as in <see cref="ViewMarker.Fill"/>.</param>
/// <param name="Holder">Holds the lock for all of them.</param>
/// <param name="Parts">The number of parts.</param>
/// <param name="Done">For each part that is written, the sequence of the last event that was read for it.</param>
/// <param name="Runs">The runs of the cache's servers at the beginning, as in <see cref="ViewMarker.Runs"/>.</param>
internal sealed record FillRecord(
    string Digest, string Fill, Guid Holder, int Parts, Dictionary<int, long> Done, string? Runs = null)
{
    private const int MostBytes = 64 * 1024;

    [JsonIgnore]
    internal bool IsComplete => Done.Count == Parts;

    internal byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, MarkerJson.Default.FillRecord);

    /// <summary>Reads a record; null if it is missing, or was not written by this program.</summary>
    internal static FillRecord? Parse(byte[]? utf8)
    {
        if (utf8 is null || utf8.Length > MostBytes)
            return null;
        try
        {
            return JsonSerializer.Deserialize(utf8, MarkerJson.Default.FillRecord) is { } record
                && ViewMarker.NumberOf(record.Fill) is not null
                ? record
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
