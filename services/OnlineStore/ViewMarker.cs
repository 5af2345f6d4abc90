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
/// <param name="Runs">The runs of the cache's servers, as <see cref="Cache.Features.FeatureValues.FindRunsAsync"/> names them; null if they
/// are unknown.</param>
public sealed record ViewMarker(string Digest, string Fill, int Epoch, long FilledTo, string? Runs = null)
{
    private const int MostBytes = 1024;

    [JsonIgnore]
    internal ulong FillNumber => NumberOf(Fill) ?? throw new FormatException($"'{Fill}' does not name a fill");

    internal static string NameOf(ulong fill) => fill.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>The number of a fill; null if the text does not name one.</summary>
    internal static ulong? NumberOf(string fill) =>
        fill.Length == 16 && ulong.TryParse(fill, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>Whether a server of the cache has another run than it had, and so may lack the last writes.</summary>
    /// <param name="before">The runs before; null if they are unknown.</param>
    /// <param name="now">The runs now; null if they are unknown.</param>
    internal static bool IsOtherRun(string? before, string? now) =>
        before is not null && now is not null && before.Split(',').Except(now.Split(',')).Any();

    internal byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, MarkerJson.Default.ViewMarker);

    /// <summary>Reads a marker; null if it is missing, or was not written by this program.</summary>
    internal static ViewMarker? Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > MostBytes)
            return null;
        try
        {
            return JsonSerializer.Deserialize(utf8, MarkerJson.Default.ViewMarker) is { } marker && NumberOf(marker.Fill) is not null
                ? marker
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
