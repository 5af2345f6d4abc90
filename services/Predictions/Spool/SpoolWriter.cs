using ModelServing.Contracts.Predictions;
using ModelServing.Registry;

namespace ModelServing.Predictions.Spool;

/// <summary>
/// The end of a spool at which records are appended, from any thread. It never waits for the disk while a segment has room and the next one
/// is prepared, which <see cref="Prepare"/> does in the background.
/// </summary>
/// <param name="folder">The spool's folder, which belongs to this process.</param>
/// <param name="settings">The mode and the most bytes.</param>
/// <param name="time">Measures the wait after a failure.</param>
internal sealed class SpoolWriter(string folder, PredictionLogSettings settings, TimeProvider time) : IDisposable
{
    private const int SegmentBytes = 8 * 1024 * 1024;

    // Copy-on-write file systems need room even for blocks that were written before.
    private const long FreeBytes = 64 * 1024 * 1024;

    // A disk that was full is not tried again for every request.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock appending = new();
    private readonly Queue<(long Segment, int Length)> sealedSegments = new();
    private readonly string sparePath = Path.Combine(folder, "spare");
    private readonly string urgentPath = Path.Combine(folder, "urgent");
    private SpoolSegment? current;
    private SpoolSegment? spare;
    private long lastSegment;
    private long bytes;
    private long failedAt;
    private string? failure;
    private bool isClosed;
    private volatile bool isFull;

    /// <summary>The number of the last record.</summary>
    internal ulong LastNumber { get; private set; }

    /// <summary>The bytes of all segments on the disk.</summary>
    internal long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Why records can't be kept; null if they can.</summary>
    internal string? Failure => Volatile.Read(ref failure)
        ?? (isFull ? $"the spool in {folder} has {Bytes} of at most {settings.SpoolBytes} bytes" : null);

    /// <summary>Whether <see cref="Prepare"/> has work.</summary>
    internal bool NeedsSpare => Volatile.Read(ref spare) is null;

    /// <summary>Where the last record ends.</summary>
    internal SpoolPosition End
    {
        get
        {
            lock (appending)
                return current is { } open ? new(open.Number, open.Length) : new(lastSegment + 1, 0);
        }
    }

    /// <summary>Appends a record. With <see cref="Appended.Kept"/>, the record survives the end of the process.</summary>
    /// <param name="record">The record.</param>
    /// <param name="number">Its number, if it was kept.</param>
    internal Appended Append(ReadOnlySpan<byte> record, out ulong number)
    {
        var checksum = Crc32C.Append(0, record);
        lock (appending)
        {
            number = 0;
            if (isClosed)
                return Appended.Failed;
            if (current?.Fits(record.Length) != true && Rotate(record.Length) is var rotated and not Appended.Kept)
                return rotated;
            number = ++LastNumber;
            current!.Append(record, checksum, number);
            return Appended.Kept;
        }
    }

    /// <summary>Creates the segment that will be next, so that no request waits for it. Only one thread may call it.</summary>
    internal void Prepare()
    {
        lock (appending)
        {
            if (isClosed || spare is not null || IsResting || Bytes + SegmentBytes > settings.SpoolBytes)
                return;
        }

        // Without the lock, because it takes milliseconds.
        var prepared = TryCreate(sparePath, SegmentBytes);
        lock (appending)
        {
            if (isClosed)
                prepared?.Dispose();
            else
                spare = prepared;
        }
    }

    /// <summary>Waits until the disk has every record that was appended before.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    internal void Flush()
    {
        SpoolSegment? open;
        lock (appending)
            open = current;

        try
        {
            open?.Flush();
        }
        catch (ObjectDisposedException)
        {
            // It is full by now, and was flushed when the next one began.
        }
    }

    /// <summary>How many bytes of a segment hold records; null for the one that is being written.</summary>
    internal int? LengthOf(long segment)
    {
        lock (appending)
        {
            foreach (var (number, length) in sealedSegments)
            {
                if (number == segment)
                    return length;
            }

            return null;
        }
    }

    /// <summary>The segment after <paramref name="segment"/> that holds records, if there is one.</summary>
    internal long? After(long segment)
    {
        lock (appending)
        {
            foreach (var (number, _) in sealedSegments)
            {
                if (number > segment)
                    return number;
            }

            return current is { } open && open.Number > segment ? open.Number : null;
        }
    }

    /// <summary>Deletes the segments before one, because all of their records are in the store.</summary>
    internal void DeleteBefore(long segment)
    {
        while (true)
        {
            long number;
            lock (appending)
            {
                if (!sealedSegments.TryPeek(out var first) || first.Segment >= segment)
                    return;
                number = first.Segment;
                sealedSegments.Dequeue();
            }

            var path = Path.Combine(folder, SpoolFormat.SegmentName(number));
            var length = new FileInfo(path) is { Exists: true } file ? file.Length : 0;
            SpoolSegment.TryDelete(path);
            Interlocked.Add(ref bytes, -length);
        }
    }

    /// <summary>Accepts no more records. What was appended can still be read.</summary>
    internal void Close()
    {
        lock (appending)
        {
            isClosed = true;
            if (current is { } last)
            {
                sealedSegments.Enqueue((last.Number, last.Length));
                last.Dispose();
            }

            spare?.Dispose();
            (current, spare) = (null, null);
        }
    }

    public void Dispose() => Close();

    private bool IsResting => failure is not null && time.GetElapsedTime(failedAt) < RetryAfter;

    private Appended Rotate(int recordBytes)
    {
        var size = SpoolFormat.SizeOf(recordBytes);
        var (next, path) = (spare, sparePath);
        if (next is not null && size <= next.Capacity)
        {
            spare = null;
        }
        else
        {
            if (Bytes + Math.Max(size, SegmentBytes) > settings.SpoolBytes)
            {
                isFull = true;
                return Appended.Full;
            }

            if (IsResting || (next = TryCreate(urgentPath, Math.Max(size, SegmentBytes))) is null)
                return Appended.Failed;
            path = urgentPath;
        }

        try
        {
            if (settings.Mode == SpoolMode.Disk)
                current?.Flush();
            next.Name(path, folder, lastSegment + 1);
            if (settings.Mode == SpoolMode.Disk)
                AtomicName.Flush(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Interlocked.Add(ref bytes, -next.Capacity);
            next.Dispose();
            SpoolSegment.TryDelete(path);
            Fail(e);
            return Appended.Failed;
        }

        lastSegment++;
        if (current is { } full)
        {
            sealedSegments.Enqueue((full.Number, full.Length));
            full.Dispose();
        }

        current = next;
        return Appended.Kept;
    }

    private SpoolSegment? TryCreate(string path, int capacity)
    {
        try
        {
            if (new DriveInfo(folder) is { IsReady: true, AvailableFreeSpace: var free } && free < FreeBytes + capacity)
                throw new IOException($"only {free} bytes are free where {folder} is; a segment needs {FreeBytes + capacity}");
            var created = SpoolSegment.Create(path, capacity);
            Interlocked.Add(ref bytes, capacity);
            isFull = false;
            Volatile.Write(ref failure, null);
            return created;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(e);
            return null;
        }
    }

    private void Fail(Exception e)
    {
        failedAt = time.GetTimestamp();
        Volatile.Write(ref failure, e.Message);
    }
}
