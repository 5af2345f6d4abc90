using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Spool;

/// <summary>
/// The end of a spool at which records are appended, from any thread. It never waits for the disk while a segment has room and the next one
/// is prepared, which <see cref="Prepare"/> does in the background.
/// </summary>
/// <param name="folder">The spool's folder, which belongs to this process.</param>
/// <param name="options">The mode and the most bytes.</param>
/// <param name="time">Measures the wait after a failure.</param>
/// <param name="history">What earlier processes appended; null in a new folder.</param>
public sealed class SpoolWriter(string folder, SpoolOptions options, TimeProvider time, SpoolHistory? history = null) : IDisposable
{
    // Copy-on-write file systems need room even for blocks that were written before.
    private const long FreeBytes = 64 * 1024 * 1024;

    // A disk that was full is not tried again for every request.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock appending = new();
    private readonly Queue<SealedSegment> sealedSegments = new(history?.Segments ?? []);
    private readonly string sparePath = Path.Combine(folder, "spare");
    private readonly string urgentPath = Path.Combine(folder, "urgent");
    private SpoolSegment? current;
    private SpoolSegment? spare;
    private long lastSegment = history?.LastSegment ?? 0;
    private long bytes = history?.Segments.Sum(segment => SpoolSegment.FileLength(folder, segment.Number)) ?? 0;
    private long failedAt;
    private string? failure;
    private bool isClosed;
    private volatile bool isFull;

    /// <summary>The number of the last record.</summary>
    public ulong LastNumber { get; private set; } = history?.LastNumber ?? 0;

    /// <summary>The bytes of all segments on the disk.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Why records can't be kept; null if they can.</summary>
    public string? Failure => Volatile.Read(ref failure)
        ?? (isFull ? $"the spool in {folder} has {Bytes} of at most {options.MostBytes} bytes" : null);

    /// <summary>Whether <see cref="Prepare"/> has work.</summary>
    public bool NeedsSpare => Volatile.Read(ref spare) is null;

    /// <summary>Is called when <see cref="Prepare"/> gets work, by a thread that appends.</summary>
    public Action? SpareTaken { get; init; }

    /// <summary>Where the last record ends.</summary>
    public SpoolPosition End
    {
        get
        {
            lock (appending)
                return current is { } open ? new(open.Number, open.Length) : new(lastSegment + 1, 0);
        }
    }

    /// <summary>Appends a record. With <see cref="Appended.Kept"/>, the record survives the end of the process.</summary>
    /// <param name="number">Its number, if it was kept.</param>
    public Appended Append(ReadOnlySpan<byte> record, out ulong number)
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
    public void Prepare()
    {
        lock (appending)
        {
            if (isClosed || spare is not null || IsResting || Bytes + options.SegmentBytes > options.MostBytes)
                return;
        }

        // Without the lock, because it takes milliseconds.
        var prepared = TryCreate(sparePath, options.SegmentBytes);
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
    public void Flush()
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
    public int? LengthOf(long segment)
    {
        lock (appending)
            return sealedSegments.FirstOrDefault(one => one.Number == segment) is { Number: > 0 } found ? found.Length : null;
    }

    /// <summary>The segment after <paramref name="segment"/> that holds records, if there is one.</summary>
    public long? After(long segment)
    {
        lock (appending)
        {
            foreach (var (number, _, _) in sealedSegments)
            {
                if (number > segment)
                    return number;
            }

            return current is { } open && open.Number > segment ? open.Number : null;
        }
    }

    /// <summary>Deletes the segments before one, because all of their records are in the store.</summary>
    public void DeleteBefore(long segment)
    {
        while (true)
        {
            long number;
            lock (appending)
            {
                if (!sealedSegments.TryPeek(out var first) || first.Number >= segment)
                    return;
                number = first.Number;
                sealedSegments.Dequeue();
            }

            var length = SpoolSegment.FileLength(folder, number);
            SpoolSegment.TryDelete(Path.Combine(folder, SpoolFormat.SegmentName(number)));
            Interlocked.Add(ref bytes, -length);
        }
    }

    /// <summary>The segments that get no more records, in order.</summary>
    public IReadOnlyList<SealedSegment> Sealed
    {
        get
        {
            lock (appending)
                return [.. sealedSegments];
        }
    }

    /// <summary>Ends the segment that is being written, if it has records. The next record begins a new one.</summary>
    /// <exception cref="IOException">The disk fails, in the mode <see cref="SpoolMode.Disk"/>.</exception>
    public void Seal()
    {
        lock (appending)
        {
            if (isClosed || current is not { Length: > 0 } last)
                return;
            if (options.Mode == SpoolMode.Disk)
                last.Flush();
            EndCurrent(last);
        }
    }

    /// <summary>Gives the room behind the records of a sealed segment back to the disk.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public void Trim(SealedSegment segment)
    {
        var before = SpoolSegment.FileLength(folder, segment.Number);
        if (before <= segment.Length)
            return;
        var path = Path.Combine(folder, SpoolFormat.SegmentName(segment.Number));
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            RandomAccess.SetLength(file, segment.Length);
        Interlocked.Add(ref bytes, segment.Length - before);
        isFull = false;
    }

    /// <summary>Accepts no more records. What was appended can still be read.</summary>
    public void Close()
    {
        lock (appending)
        {
            isClosed = true;
            if (current is { } last)
                EndCurrent(last);
            if (spare is null)
                return;
            spare.Dispose();
            spare = null;
            SpoolSegment.TryDelete(sparePath);
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
            SpareTaken?.Invoke();
        }
        else
        {
            if (options.OnlyPrepared || Bytes + Math.Max(size, options.SegmentBytes) > options.MostBytes)
            {
                isFull = true;
                return Appended.Full;
            }

            if (IsResting || (next = TryCreate(urgentPath, Math.Max(size, options.SegmentBytes))) is null)
                return Appended.Failed;
            path = urgentPath;
        }

        try
        {
            if (options.Mode == SpoolMode.Disk)
                current?.Flush();
            next.Name(path, folder, lastSegment + 1);
            if (options.Mode == SpoolMode.Disk)
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
            EndCurrent(full);
        current = next;
        return Appended.Kept;
    }

    private void EndCurrent(SpoolSegment segment)
    {
        sealedSegments.Enqueue(new SealedSegment(segment.Number, segment.Length, LastNumber));
        segment.Dispose();
        current = null;
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
