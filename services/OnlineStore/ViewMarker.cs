using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.OnlineStore;

/// <summary>Says in the cache that a view is filled. Without it, or with another one than a value names, the value is not read: a part of
/// the events would give a wrong feature.</summary>
/// <param name="Digest">The digest of the view's definition.</param>
/// <param name="Fill">Names the fill, 16 hexadecimal digits. Each value of it begins with the same number.</param>
/// <param name="Epoch">The epoch of the event log.</param>
/// <param name="FilledTo">The sequence of the last event of the fill.</param>
public sealed record ViewMarker(string Digest, string Fill, int Epoch, long FilledTo)
{
    private const int MostBytes = 1024;

    [JsonIgnore]
    internal ulong FillNumber => ulong.Parse(Fill, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    internal static string NameOf(ulong fill) => fill.ToString("x16", CultureInfo.InvariantCulture);

    internal byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, MarkerJson.Default.ViewMarker);

    /// <summary>Reads a marker; null if it is missing, or was not written by this program.</summary>
    internal static ViewMarker? Parse(byte[]? utf8)
    {
        if (utf8 is null || utf8.Length > MostBytes)
            return null;
        try
        {
            return JsonSerializer.Deserialize(utf8, MarkerJson.Default.ViewMarker) is { Fill.Length: 16 } marker
                && ulong.TryParse(marker.Fill, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _)
                ? marker
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
