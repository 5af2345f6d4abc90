using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Spool;

namespace ModelServing.Features.Events.Log;

/// <summary>The keys of the event log in the object store: <c>events/0000/00000001.log</c> for a segment of an epoch, and
/// <c>events/0000/epoch</c> for the claim of the epoch. So the order of the keys is the order of the log.</summary>
public static class SegmentKeys
{
    /// <summary>The prefix of all keys.</summary>
    public const string Prefix = ArtifactKeys.EventsPrefix;

    public static ObjectKey Segment(int epoch, long segment) => ObjectKey.Parse(Folder(epoch) + SpoolFormat.SegmentName(segment));

    public static ObjectKey Claim(int epoch) => ObjectKey.Parse(Folder(epoch) + "epoch");

    /// <summary>Reads the key of a segment; false if it is another key.</summary>
    public static bool TryParse(ObjectKey key, out int epoch, out long segment)
    {
        ArgumentNullException.ThrowIfNull(key);
        (epoch, segment) = (0, 0);
        return key.Text.Split('/') is ["events", var number, var file]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out epoch)
            && SpoolFormat.TryParseSegment(file, out segment);
    }

    private static string Folder(int epoch) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{epoch:D4}/");
}
