using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Features.Events.Log;

/// <summary>The keys of a compacted event log: <c>archive/events/FIRST-LAST.parquet</c> has events by their sequences, and the key
/// <c>archive/compacted/THROUGH-BEFORE</c> alone is a <see cref="LogCompaction"/>. Numbers have 19 digits, so the order of the keys is
/// theirs.</summary>
public static class ArchiveKeys
{
    /// <summary>The prefix of all files with events.</summary>
    public const string Events = ArtifactKeys.ArchivePrefix + "events/";

    /// <summary>The prefix of all keys that say how far the log was compacted.</summary>
    public const string Compacted = ArtifactKeys.ArchivePrefix + "compacted/";

    private const string Suffix = ".parquet";

    /// <summary>The key of a file.</summary>
    /// <param name="first">The sequence of its first event.</param>
    /// <param name="last">The sequence of its last event.</param>
    public static ObjectKey File(long first, long last) => ObjectKey.Parse(Events + Pair(first, last) + Suffix);

    /// <summary>Reads the key of a file; false if it is another key.</summary>
    public static bool TryParseFile(ObjectKey key, out long first, out long last)
    {
        ArgumentNullException.ThrowIfNull(key);
        (first, last) = (0, 0);
        return key.Text.StartsWith(Events, StringComparison.Ordinal)
            && key.Text.EndsWith(Suffix, StringComparison.Ordinal)
            && TryParse(key.Text[Events.Length..^Suffix.Length], out first, out last);
    }

    internal static ObjectKey Key(LogCompaction compaction) =>
        ObjectKey.Parse(Compacted + Pair(compaction.Through, compaction.Before));

    internal static bool TryParse(ObjectKey key, out LogCompaction compaction)
    {
        compaction = LogCompaction.None;
        if (!key.Text.StartsWith(Compacted, StringComparison.Ordinal)
            || !TryParse(key.Text[Compacted.Length..], out var through, out var before))
            return false;
        compaction = new LogCompaction(through, before);
        return true;
    }

    private static string Pair(long first, long last) => string.Create(CultureInfo.InvariantCulture, $"{first:D19}-{last:D19}");

    private static bool TryParse(string text, out long first, out long last)
    {
        (first, last) = (0, 0);
        return text.Split('-') is [var one, var other]
            && long.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && long.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out last);
    }
}
