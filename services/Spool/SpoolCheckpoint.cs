using System.Globalization;
using System.Text;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Spool;

/// <summary>Up to where a spool's records are in the store. It may lie before that place: a record that is put again replaces
/// itself.</summary>
/// <param name="Position">The place of the first record that may be missing in the store.</param>
/// <param name="NextNumber">That record's number.</param>
public readonly record struct SpoolCheckpoint(SpoolPosition Position, ulong NextNumber)
{
    public static SpoolCheckpoint Start => new(SpoolPosition.First, 1);

    /// <summary>Reads a folder's checkpoint. A missing or damaged file means the start of the spool.</summary>
    public static SpoolCheckpoint Read(string folder)
    {
        var path = Path.Combine(folder, SpoolFormat.CheckpointFile);
        return File.Exists(path) && File.ReadAllText(path).Split(' ', '\n') is [var segment, var offset, var number, ..]
            && long.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var s) && s > 0
            && int.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var o)
            && ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
            ? new(new(s, o), n)
            : Start;
    }

    /// <exception cref="IOException">The disk is full, or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    public void Write(string folder) => AtomicFile.Write(
        Path.Combine(folder, SpoolFormat.CheckpointFile),
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Position.Segment} {Position.Offset} {NextNumber}\n")));
}
