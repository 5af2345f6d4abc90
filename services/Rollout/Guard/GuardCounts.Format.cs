using System.Buffers;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Guard;

/// <summary>The binary format in which routers exchange counts. Equal counts have equal bytes, and only such bytes are read.</summary>
/// <remarks>
/// <code>
/// version            1 byte, 1
/// last minute        varint
/// rows of the rate   1 byte: a bit for each row that is not all zeros, from the lowest
///   row              per kept copy, from the first: its count minus the previous one, zigzag varint
/// segments           varint: number of segments; then each, smaller shares first:
///   share            two varints without a common factor: the watched variant's part, stable's part
///   rows             1 byte and rows, as above; at least one
/// </code>
/// Varints are those of Protocol Buffers, in their shortest form.
/// </remarks>
public sealed partial class GuardCounts
{
    /// <summary>The most bytes that counts of <see cref="GuardRecorder.MaxSegments"/> segments can have. Usually they have 100 to
    /// 400.</summary>
    public const int MaxBytes =
        1 + 4 + 1 + RateRows * MaxRowBytes + 1 + GuardRecorder.MaxSegments * (2 + 2 + 1 + SegmentRows * MaxRowBytes);

    private const byte FormatVersion = 1;
    // So that no sum over routers overflows. A million failures per second reach it after nine years.
    private const long MaxCount = (1L << 48) - 1;
    private const int MaxRowBytes = CopyWindow.MaxCopies * 7;

    /// <summary>Writes the counts, at most <see cref="MaxBytes"/>.</summary>
    /// <exception cref="InvalidOperationException">The counts are a sum with more segments than one router can have.</exception>
    public byte[] ToBytes()
    {
        if (segments.Count > GuardRecorder.MaxSegments)
            throw new InvalidOperationException($"counts of {segments.Count} segments are a sum; one router's counts have at most " +
                $"{GuardRecorder.MaxSegments}");
        var to = new ArrayBufferWriter<byte>(256);
        Varint.WriteByte(to, FormatVersion);
        Varint.Write(to, (ulong)LastMinute);
        WriteRows(to, rate);
        Varint.Write(to, (ulong)segments.Count);
        foreach (var (share, table) in segments)
        {
            Varint.Write(to, (ulong)share.Watched);
            Varint.Write(to, (ulong)share.Stable);
            WriteRows(to, table);
        }

        return to.WrittenSpan.ToArray();
    }

    /// <exception cref="ContractException">The bytes were not written by <see cref="ToBytes"/>; the message says where and why.</exception>
    public static GuardCounts Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
            throw new ContractException($"the guard's counts have {bytes.Length} bytes; at most {MaxBytes} are read");
        var from = new Varint.Reader(bytes);
        if (from.Byte("version") is var version and not FormatVersion)
            throw new ContractException($"the guard's counts have version {version}; this program reads version {FormatVersion}");
        var lastMinute = (int)from.Number("last minute", CopyWindow.MaxMinute);
        var rate = ReadRows(ref from, lastMinute, RateRows, "rate");
        var count = (int)from.Number("number of segments", GuardRecorder.MaxSegments);
        var segments = new SortedList<TrafficShare, CopyTable>(count);
        for (var i = 0; i < count; i++)
        {
            var place = $"segment {i}";
            var share = ReadShare(ref from, place);
            if (i > 0 && share <= segments.Keys[i - 1])
                throw from.Fault($"{place}: its share is not larger than the previous one");
            var table = ReadRows(ref from, lastMinute, SegmentRows, place);
            if (table.IsEmpty)
                throw from.Fault($"{place}: it has no rows");
            segments.Add(share, table);
        }

        if (!from.IsAtEnd)
            throw from.Fault("there are bytes after the last segment");
        return new GuardCounts(lastMinute, segments, rate);
    }

    private static TrafficShare ReadShare(ref Varint.Reader from, string place)
    {
        var watched = (int)from.Number($"{place}: the watched part", PlanDocument.Buckets);
        var stable = (int)from.Number($"{place}: stable's part", PlanDocument.Buckets);
        if (watched == 0 || stable == 0 || watched + stable > PlanDocument.Buckets)
            throw from.Fault($"{place}: {watched} and {stable} are not parts of {PlanDocument.Buckets} buckets");
        var share = TrafficShare.From(watched, stable);
        return share.Watched == watched ? share : throw from.Fault($"{place}: {watched} and {stable} have a common factor");
    }

    private static void WriteRows(ArrayBufferWriter<byte> to, CopyTable table)
    {
        var mask = 0;
        for (var row = 0; row < table.Rows; row++)
            mask |= table.Row(row) is null ? 0 : 1 << row;
        Varint.WriteByte(to, (byte)mask);
        for (var row = 0; row < table.Rows; row++)
        {
            var before = 0L;
            foreach (var count in table.Row(row) ?? [])
            {
                if (count > MaxCount)
                    throw new InvalidOperationException($"a count is {count}; at most {MaxCount} can be written");
                Varint.WriteSigned(to, count - before);
                before = count;
            }
        }
    }

    private static CopyTable ReadRows(ref Varint.Reader from, int lastMinute, int rows, string place)
    {
        var mask = from.Byte($"{place}: the mask of rows");
        if (mask >> rows != 0)
            throw from.Fault($"{place}: the mask of rows is {mask}; there are {rows} rows");
        var table = new long[]?[rows];
        for (var row = 0; row < rows; row++)
        {
            if ((mask >> row & 1) == 0)
                continue;
            var what = $"{place}: row {row}";
            var counts = table[row] = new long[CopyWindow.Count(lastMinute)];
            var before = 0L;
            for (var copy = 0; copy < counts.Length; copy++)
            {
                before += from.Signed(what, MaxCount);
                counts[copy] = before is >= 0 and <= MaxCount
                    ? before
                    : throw from.Fault($"{what}, copy {copy} is {before}; it must be from 0 to {MaxCount}");
            }

            if (!counts.AsSpan().ContainsAnyExcept(0))
                throw from.Fault($"{what} is all zeros");
        }

        return new CopyTable(lastMinute, table);
    }
}
