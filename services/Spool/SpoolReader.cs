using Microsoft.Win32.SafeHandles;

namespace ModelServing.Spool;

/// <summary>
/// Reads a spool's records in order: that of this process up to what was appended, that of a process that has ended up to its end. Where no
/// whole record follows, it looks for the next one. What lies between is damaged. If there is no next one in the last segment of an ended
/// process, the rest is the tail of a record that the process did not finish, and is left out: its content is never guessed.
/// </summary>
/// <param name="folder">The spool's folder.</param>
/// <param name="writer">The writer of this process's spool; null for the spool of a process that has ended.</param>
/// <param name="from">Where to begin.</param>
public sealed class SpoolReader(string folder, SpoolWriter? writer, SpoolCheckpoint from) : IDisposable
{
    private const int ReadAhead = 256 * 1024;

    // More records than that are never missing between two of one segment.
    private const ulong MostMissing = 1_000_000;

    private IReadOnlyList<long>? segments;
    private SafeFileHandle? file;
    private long opened;
    private int fileLength;
    private byte[] buffer = new byte[ReadAhead];
    private int buffered;
    private int bufferStart;
    private ulong expected = from.NextNumber;

    /// <summary>Where the next record begins.</summary>
    public SpoolPosition Position { get; private set; } = from.Position;

    /// <summary>Is called with each damaged part.</summary>
    public Action<DamagedBytes>? Damaged { get; set; }

    /// <summary>The bytes of tails that were left out.</summary>
    public long TornBytes { get; private set; }

    /// <summary>Reads the next record. Null means that nothing was appended since, or that an ended process's spool was read to its
    /// end.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public SpooledRecord? Read()
    {
        while (true)
        {
            if (!TryOpen())
                return null;
            // Before the bound, because a segment that ends in between has its last bound then.
            var next = NextSegment();
            var bound = BoundOf(Position.Segment);
            if (TryReadAt(Position.Offset, bound) is { } record)
                return record;
            var skipped = SkipDamage(bound, isLast: next is null);
            if (skipped)
                continue;
            if (next is null)
                return null;
            Position = new(next.Value, 0);
        }
    }

    public void Dispose() => file?.Dispose();

    private SpooledRecord? TryReadAt(int offset, int bound)
    {
        if (bound - offset < SpoolFormat.HeadBytes)
            return null;
        Fill(offset, SpoolFormat.HeadBytes, bound);
        var (length, checksum, number) = SpoolFormat.ReadHead(buffer.AsSpan(offset - bufferStart));
        if (length == 0 || length > SpoolFormat.MostRecordBytes || length > bound - offset - SpoolFormat.HeadBytes)
            return null;
        Fill(offset, SpoolFormat.HeadBytes + (int)length, bound);
        var bytes = buffer.AsSpan(offset - bufferStart + SpoolFormat.HeadBytes, (int)length);
        if (SpoolFormat.Checksum(Crc32C.Append(0, bytes), number) != checksum)
            return null;
        expected = number + 1;
        Position = new(Position.Segment, offset + SpoolFormat.SizeOf((int)length));
        return new SpooledRecord(bytes.ToArray(), number, Position);
    }

    // Whether damage was found, and the position is behind it now.
    private bool SkipDamage(int bound, bool isLast)
    {
        var offset = Position.Offset;
        if (offset >= bound)
            return false;
        var rest = new byte[bound - offset];
        ReadFully(rest, offset);
        for (var at = 8; at <= rest.Length - SpoolFormat.HeadBytes; at += 8)
        {
            var (_, _, claimed) = SpoolFormat.ReadHead(rest.AsSpan(at));
            if (claimed < expected || claimed > expected + MostMissing || !SpoolFormat.TryRead(rest.AsSpan(at), out var number, out _))
                continue;
            Report(rest[..at], Math.Max(1, (long)(number - expected)));
            expected = number;
            Position = Position with { Offset = offset + at };
            return true;
        }

        Position = Position with { Offset = bound };
        var end = rest.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        if (end == 0)
            return false;
        if (writer is null && isLast)
            TornBytes += end;
        else
            Report(rest[..end], 1);
        return false;
    }

    private void Report(byte[] bytes, long records) => Damaged?.Invoke(new DamagedBytes(Position, bytes, records));

    // How far the segment may be read: up to what was appended, or to the end of its file.
    private int BoundOf(long segment)
    {
        if (writer is null)
            return fileLength;
        if (writer.LengthOf(segment) is { } length)
            return length;
        return writer.End is var end && end.Segment == segment ? end.Offset : writer.LengthOf(segment) ?? 0;
    }

    private long? NextSegment()
    {
        if (writer is not null)
            return writer.After(Position.Segment);
        foreach (var segment in segments!)
        {
            if (segment > Position.Segment)
                return segment;
        }

        return null;
    }

    // Opens the segment of the position, or the next one if it was deleted because its records were in the store.
    private bool TryOpen()
    {
        if (file is not null && opened == Position.Segment)
            return true;
        file?.Dispose();
        file = null;
        buffered = 0;
        if (writer is null)
            segments ??= SpoolFormat.SegmentsIn(folder);
        var first = writer is not null
            ? writer.After(Position.Segment - 1)
            : segments!.FirstOrDefault(segment => segment >= Position.Segment);
        if (first is null or 0)
            return false;
        if (first != Position.Segment)
            Position = new(first.Value, 0);
        var path = Path.Combine(folder, SpoolFormat.SegmentName(first.Value));
        file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        fileLength = (int)Math.Min(int.MaxValue, RandomAccess.GetLength(file));
        opened = first.Value;
        return true;
    }

    // Makes sure that 'count' bytes from 'offset' are in the buffer.
    private void Fill(int offset, int count, int bound)
    {
        if (offset >= bufferStart && offset + count <= bufferStart + buffered)
            return;
        if (buffer.Length < count)
            buffer = new byte[count];
        bufferStart = offset;
        buffered = Math.Min(buffer.Length, bound - offset);
        ReadFully(buffer.AsSpan(0, buffered), offset);
    }

    private void ReadFully(Span<byte> target, long offset)
    {
        while (target.Length > 0)
        {
            var read = RandomAccess.Read(file!, target, offset);
            if (read == 0)
                throw new IOException($"{SpoolFormat.SegmentName(opened)} in {folder} is shorter than its records");
            target = target[read..];
            offset += read;
        }
    }
}
