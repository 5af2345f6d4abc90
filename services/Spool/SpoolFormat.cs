using System.Buffers.Binary;
using System.Globalization;

namespace ModelServing.Spool;

/// <summary>
/// The files of a spool. A segment <c>00000001.log</c> is a fixed number of bytes, zeros at first, and holds records one after the other,
/// each aligned to 8 bytes:
/// <code>
/// 0  length of the record, 4 bytes; 0 is the end of the segment
/// 4  CRC-32C of the record and the number, 4 bytes
/// 8  number of the record in the spool, from 1, 8 bytes
/// 16 the record
/// </code>
/// Numbers are little-endian. The length is written last, so a record without an end is not seen.
/// </summary>
public static class SpoolFormat
{
    public const int HeadBytes = 16;

    public const string SegmentSuffix = ".log";

    public const string LockFile = "lock";

    public const string CheckpointFile = "checkpoint";

    /// <summary>The most bytes of a record. A longer length is damage.</summary>
    public const int MostRecordBytes = 4 * 1024 * 1024;

    private const int Alignment = 8;

    /// <summary>The bytes that a record takes with its head.</summary>
    public static int SizeOf(int recordBytes) => (HeadBytes + recordBytes + Alignment - 1) & ~(Alignment - 1);

    public static string SegmentName(long segment) => segment.ToString("D8", CultureInfo.InvariantCulture) + SegmentSuffix;

    public static bool TryParseSegment(string path, out long segment)
    {
        segment = 0;
        return path.EndsWith(SegmentSuffix, StringComparison.Ordinal)
            && long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out segment);
    }

    /// <summary>The segments of a folder, in order.</summary>
    public static IReadOnlyList<long> SegmentsIn(string folder) => [.. Directory.EnumerateFiles(folder, "*" + SegmentSuffix)
        .Select(static path => TryParseSegment(path, out var segment) ? segment : 0)
        .Where(static segment => segment > 0)
        .Order()];

    /// <summary>Reads a record's head. The length is 0 at the end.</summary>
    public static (uint Length, uint Checksum, ulong Number) ReadHead(ReadOnlySpan<byte> head) => (
        BinaryPrimitives.ReadUInt32LittleEndian(head),
        BinaryPrimitives.ReadUInt32LittleEndian(head[4..]),
        BinaryPrimitives.ReadUInt64LittleEndian(head[8..]));

    public static uint Checksum(uint ofRecord, ulong number) => Crc32C.Append(ofRecord, number);

    /// <summary>Finds out whether a whole and undamaged record begins with <paramref name="bytes"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ulong number, out int recordBytes)
    {
        (number, recordBytes) = (0, 0);
        if (bytes.Length < HeadBytes)
            return false;
        var (length, checksum, found) = ReadHead(bytes);
        if (length == 0 || length > (uint)(bytes.Length - HeadBytes))
            return false;
        if (Checksum(Crc32C.Append(0, bytes.Slice(HeadBytes, (int)length)), found) != checksum)
            return false;
        (number, recordBytes) = (found, (int)length);
        return true;
    }
}
