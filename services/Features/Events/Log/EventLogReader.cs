using ModelServing.Contracts.Reliability;
using ModelServing.Registry;
using ModelServing.Spool;

namespace ModelServing.Features.Events.Log;

/// <summary>
/// Reads the event log in order (replay): segments that are on the volume from there, and others from the object store. A reader without a
/// log reads what was shipped.
/// </summary>
public sealed class EventLogReader : IDisposable
{
    private readonly EventLog? log;
    private readonly IObjectStore store;
    private readonly string scratch;
    private readonly EventReader events = new();
    private SpoolReader? local;
    private SpoolReader? fetched;
    private Queue<(int Epoch, long Segment)> listed = new();

    // Up to here, events may be missing because they are in the archive.
    private long compacted;

    // The last sequence at which neither the object store nor the volume had a further segment.
    private long? nothingAt;

    internal EventLogReader(EventLog? log, IObjectStore store, string scratch, EventPosition from)
    {
        this.log = log;
        this.store = store;
        this.scratch = Path.Combine(scratch, Guid.NewGuid().ToString("N"));
        Position = from;
    }

    /// <summary>Where the next event is.</summary>
    public EventPosition Position { get; private set; }

    /// <summary>How many events are missing between those that were read, because they are damaged or neither on the volume nor in the
    /// object store. Those of a compacted part of the log are not counted.</summary>
    public long Missing { get; private set; }

    /// <summary>How many records are not events that this program can read.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Reads the shipped segments of an object store.</summary>
    /// <param name="store">The object store.</param>
    /// <param name="scratch">A folder for the segment that is being read.</param>
    /// <param name="from">Where to begin.</param>
    public static EventLogReader OfShipped(IObjectStore store, string scratch, EventPosition from) => new(null, store, scratch, from);

    /// <summary>Reads the next event. Null means that none follows yet.</summary>
    /// <remarks>
    /// <code>
    /// 1 a segment from the object store that is open
    /// 2 the volume
    /// 3 the next segment of the object store
    /// 4 the first one of the volume
    /// </code>
    /// </remarks>
    /// <exception cref="IOException">The disk fails.</exception>
    /// <exception cref="RegistryException">The object store fails.</exception>
    public async ValueTask<LoggedEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            SpooledRecord record;
            if (fetched is not null)
            {
                // 1
                if (fetched.Read() is not { } shipped)
                {
                    Forget();
                    Position = Position.AtSegment(Position.Place.Position.Segment + 1);
                    continue;
                }

                record = shipped;
            }
            else if (log is not null && log.LastSequence is var last && (Position.Next > last || nothingAt == last))
            {
                return null;
            }
            else if (IsLocal)
            {
                // 2
                local ??= new SpoolReader(log!.Folder, log.Writer, Position.Place);
                if (local.Read() is not { } appended)
                    return null;
                record = appended;
                if ((long)record.Number > Position.Next && !IsLocal)
                {
                    // The segment was deleted before it was read, because it was shipped.
                    LeaveVolume();
                    continue;
                }
            }
            else
            {
                LeaveVolume();
                // 3, 4
                var known = log?.LastSequence;
                if (await TryFetchAsync(cancellationToken) || TryEnterVolume())
                    continue;
                nothingAt = known;
                return null;
            }

            if (Accept(record) is { } logged)
                return logged;
        }
    }

    public void Dispose()
    {
        LeaveVolume();
        Forget();
    }

    private bool IsLocal => log is not null && Position.Epoch >= log.VolumeEpoch && Position.Place.Position.Segment >= log.FirstSegment;

    private LoggedEvent? Accept(SpooledRecord record)
    {
        var sequence = (long)record.Number;
        var epoch = EventSequence.EpochOf(sequence);
        if (epoch == Position.Epoch)
            Missing += Math.Max(0, sequence - Math.Max(Position.Next, compacted + 1));
        Position = new EventPosition(epoch, new SpoolCheckpoint(record.End, record.Number + 1));
        try
        {
            return new LoggedEvent(sequence, events.Read(record.Bytes));
        }
        catch (FormatException)
        {
            Unreadable++;
            return null;
        }
    }

    // Whether there is a next segment, in the object store or, if that is the next one, on the volume.
    private async Task<bool> TryFetchAsync(CancellationToken cancellation)
    {
        var from = (Position.Epoch, Position.Place.Position.Segment);
        Skip(from);
        if (listed.Count == 0)
        {
            listed = await ListAsync(cancellation);
            Skip(from);
        }

        if (!listed.TryPeek(out var next))
            return false;
        if (next != from)
        {
            var number = next.Epoch == Position.Epoch ? Position.Place.NextNumber : (ulong)EventSequence.FirstOf(next.Epoch);
            Position = new EventPosition(next.Epoch, new SpoolCheckpoint(new SpoolPosition(next.Segment, 0), number));
        }

        if (!IsLocal)
            await FetchAsync(next.Epoch, next.Segment, cancellation);
        return true;
    }

    private bool TryEnterVolume()
    {
        if (log is null)
            return false;
        var (first, isEarlier) = (log.FirstSegment, Position.Epoch < log.VolumeEpoch);
        if (!isEarlier && (first == long.MaxValue || Position.Place.Position.Segment >= first))
            return false;
        first = first == long.MaxValue ? 1 : first;
        var number = isEarlier ? (ulong)EventSequence.FirstOf(log.VolumeEpoch) : Position.Place.NextNumber;
        Position = new EventPosition(log.VolumeEpoch, new SpoolCheckpoint(new SpoolPosition(first, 0), number));
        return true;
    }

    private void Skip((int Epoch, long Segment) from)
    {
        while (listed.TryPeek(out var first) && first.CompareTo(from) < 0)
            listed.Dequeue();
    }

    private async Task<Queue<(int Epoch, long Segment)>> ListAsync(CancellationToken cancellation)
    {
        var found = new Queue<(int, long)>();
        await foreach (var key in store.ListAsync(SegmentKeys.Prefix, cancellation))
        {
            if (SegmentKeys.TryParse(key, out var epoch, out var segment))
                found.Enqueue((epoch, segment));
        }

        // After the list: a segment that is not in it was deleted after this was written.
        compacted = (await LogCompaction.ReadAsync(store, cancellation)).Through;
        return found;
    }

    private async Task FetchAsync(int epoch, long segment, CancellationToken cancellation)
    {
        var key = SegmentKeys.Segment(epoch, segment);
        PrivateFiles.CreateFolder(scratch);
        await using (var stored = await store.OpenAsync(key, cancellation))
        {
            if (stored is null)
            {
                // It was compacted since it was listed. The next list does not have it.
                listed.Clear();
                throw new RegistryException(RegistryError.Unavailable, key, $"it is listed in {store.Location} and is not there");
            }

            await using var file = new FileStream(
                Path.Combine(scratch, SpoolFormat.SegmentName(segment)), FileMode.Create, FileAccess.Write);
            await stored.Content.CopyToAsync(file, cancellation);
        }

        fetched = new SpoolReader(scratch, null, Position.Place);
    }

    private void LeaveVolume()
    {
        local?.Dispose();
        local = null;
    }

    private void Forget()
    {
        fetched?.Dispose();
        fetched = null;
        try
        {
            if (Directory.Exists(scratch))
                Directory.Delete(scratch, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next process deletes it.
        }
    }
}
