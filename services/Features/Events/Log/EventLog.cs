using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Spool;

namespace ModelServing.Features.Events.Log;

/// <summary>
/// The event log of an environment: all events, in the order in which they came. One process writes it. Start here. The host appends from
/// the requests' threads, and runs the rounds <see cref="PrepareAsync"/> and <see cref="ShipAsync"/> in loops of their own.
/// </summary>
public sealed class EventLog : IDisposable
{
    private static readonly TimeSpan PreparePeriod = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShipPeriod = TimeSpan.FromMilliseconds(500);

    private readonly EventLogOptions options;
    private readonly IObjectStore store;
    private readonly TimeProvider time;
    private readonly SpoolFolder folder;
    private readonly LogVolume volume;
    private readonly SpoolWriter writer;
    private readonly DiskCommits? commits;
    private readonly Lock changing = new();
    private readonly SegmentAges ages;
    private readonly SemaphoreSlim shipping = new(1, 1);
    private readonly EarlierEpochs earlier;
    private SpoolCheckpoint shipped;
    private long keptFrom = 1;
    private long began;
    private long beganSegment;
    private string? shipFailure;
    private bool isClosed;

    private EventLog(
        EventLogOptions options, IObjectStore store, TimeProvider time, SpoolFolder folder, LogVolume volume, SpoolCheckpoint shipped,
        SpoolHistory history)
    {
        this.options = options;
        this.store = store;
        this.time = time;
        this.folder = folder;
        this.volume = volume;
        this.shipped = shipped;
        ages = new SegmentAges(time);
        earlier = new EarlierEpochs(history, shipped, volume.Epoch);
        writer = new SpoolWriter(folder.Path, options.Spool, time, history);
        commits = options.Mode == SpoolMode.Disk ? new DiskCommits(() => writer) : null;
        writer.Prepare();
        // When an earlier process wrote them is unknown.
        if (UnshippedEvents > 0)
            ages.Began(shipped.Position.Segment);
    }

    /// <summary>The epoch of the next event (<see cref="EventSequence"/>).</summary>
    public int Epoch => volume.Epoch;

    /// <summary>The sequence of the last event. In a new epoch, the one before its first.</summary>
    public long LastSequence => (long)writer.LastNumber;

    /// <summary>How many events the object store does not have yet. They are lost if the volume is.</summary>
    public long UnshippedEvents => earlier.CountUnshipped((long)shipped.NextNumber, LastSequence);

    /// <summary>For how long the oldest of them should have been shipped.</summary>
    public TimeSpan Overdue =>
        UnshippedEvents > 0 && ages.Oldest is { } age && age > options.SealAfter ? age - options.SealAfter : TimeSpan.Zero;

    /// <summary>The bytes of the segments on the volume.</summary>
    public long Bytes => writer.Bytes;

    /// <summary>Why events can't be appended; null if they can.</summary>
    public string? Failure => writer.Failure;

    /// <summary>Why segments can't be shipped; null if they can.</summary>
    public string? ShipFailure => Volatile.Read(ref shipFailure);

    internal int VolumeEpoch => volume.First;

    internal string Folder => folder.Path;

    internal SpoolWriter Writer => writer;

    internal IObjectStore Store => store;

    /// <summary>The first segment that is on the volume.</summary>
    internal long FirstSegment => writer.After(0) ?? long.MaxValue;

    /// <summary>Opens the log, which this process owns then.</summary>
    /// <exception cref="IOException">Another process owns the log, or the disk is full or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    /// <exception cref="RegistryException">The volume is new, and the object store can't be asked about others.</exception>
    public static Task<EventLog> OpenAsync(
        EventLogOptions options, IObjectStore store, TimeProvider time, ILogger logger, CancellationToken cancellationToken) =>
        OpenAsync(options, store, time, logger, MachineRun.Name, cancellationToken);

    internal static async Task<EventLog> OpenAsync(
        EventLogOptions options, IObjectStore store, TimeProvider time, ILogger logger, string boot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(store);
        var folder = SpoolFolder.Own(options.Folder);
        try
        {
            var volume = await LogVolume.OpenAsync(folder.Path, store, boot, cancellationToken);
            var shipped = SpoolCheckpoint.Read(folder.Path);
            if (shipped == SpoolCheckpoint.Start)
                shipped = shipped with { NextNumber = (ulong)EventSequence.FirstOf(volume.First) };
            var history = SpoolHistory.Read(
                folder.Path, shipped, damaged => EventLogLog.Damaged(logger, damaged.Records, damaged.Position.Segment));
            // In a new epoch, numbers go on at its beginning.
            var before = (ulong)EventSequence.FirstOf(volume.Epoch) - 1;
            if (history.LastNumber < before)
                history = history with { LastNumber = before };
            EventLogLog.Opened(logger, folder.Path, volume.Epoch, (long)history.LastNumber);
            return new EventLog(options, store, time, folder, volume, shipped, history);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Appends an event. It survives the end of the process from here on; wait for <see cref="OnDiskAsync"/> before it is
    /// acknowledged.</summary>
    /// <param name="bytes">The event, in the form of <see cref="EventFormat"/>.</param>
    /// <param name="sequence">Its sequence, if it was kept.</param>
    public Appended Append(ReadOnlySpan<byte> bytes, out long sequence)
    {
        var appended = writer.Append(bytes, out var number);
        sequence = (long)number;
        return appended;
    }

    /// <summary>Waits until the disk has what was appended, in the mode <see cref="SpoolMode.Disk"/>.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public ValueTask OnDiskAsync() => commits is null ? ValueTask.CompletedTask : new ValueTask(commits.WaitAsync());

    /// <summary>One round: prepares the next segment, and ends one that has waited long enough.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (writer.NeedsSpare && !isClosed)
            await writer.PrepareAsync();
        SealIfOld();
        await Task.Delay(PreparePeriod, time, cancellationToken);
    }

    /// <summary>One round: ships the segments that have ended, and deletes those that no view needs on the volume.</summary>
    /// <exception cref="RegistryException">The object store fails. The segments are shipped later.</exception>
    public async Task ShipAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ShipSealedAsync(cancellationToken);
            Volatile.Write(ref shipFailure, null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Volatile.Write(ref shipFailure, e.Message);
            throw;
        }

        DeleteShipped();
        await Task.Delay(ShipPeriod, time, cancellationToken);
    }

    /// <summary>Reads the log from a place on, from the volume or the object store.</summary>
    public EventLogReader Read(EventPosition from) => new(this, store, Path.Combine(folder.Path, "fetched"), from);

    /// <summary>Finds a place from which a reader gets all events after a sequence, and at most those of a segment before it.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    /// <exception cref="RegistryException">The object store fails.</exception>
    public Task<EventPosition> FindPositionAsync(long sequence, CancellationToken cancellationToken) =>
        new PositionSearch(this, store).FindAsync(sequence, cancellationToken);

    /// <summary>The place after which only events come that are appended later.</summary>
    public EventPosition End => new(Epoch, new SpoolCheckpoint(writer.End, writer.LastNumber + 1));

    /// <summary>Says which segment is the first one that this process still reads. Earlier ones need not be on the volume.</summary>
    public void KeepFrom(EventPosition position)
    {
        if (position.Epoch >= VolumeEpoch)
            Volatile.Write(ref keptFrom, position.Place.Position.Segment);
    }

    /// <summary>Reads how far the log was compacted.</summary>
    /// <exception cref="RegistryException">The object store fails.</exception>
    public Task<LogCompaction> FindCompactionAsync(CancellationToken cancellationToken) =>
        LogCompaction.ReadAsync(store, cancellationToken);

    /// <summary>Accepts no more events. What was appended can still be read and shipped.</summary>
    /// <exception cref="IOException">The disk fails. The next process begins an epoch, if the machine has ended in between.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not read a segment.</exception>
    public void Close()
    {
        lock (changing)
        {
            if (isClosed)
                return;
            isClosed = true;
        }

        writer.Close();
        // What is not in the store must be on the disk, before a later process may go on in the same epoch.
        folder.Flush(writer.Sealed.Where(segment => segment.Number >= shipped.Position.Segment));
        volume.EndClean();
    }

    /// <summary>Ships everything. Call <see cref="Close"/> before.</summary>
    /// <exception cref="RegistryException">The object store fails. The segments are shipped later.</exception>
    public Task ShipAllAsync(CancellationToken cancellationToken) => ShipSealedAsync(cancellationToken);

    public void Dispose()
    {
        commits?.Dispose();
        writer.Dispose();
        folder.Dispose();
        shipping.Dispose();
    }

    private void SealIfOld()
    {
        var end = writer.End;
        if (end.Offset == 0)
        {
            beganSegment = 0;
        }
        else if (end.Segment != beganSegment)
        {
            (beganSegment, began) = (end.Segment, time.GetTimestamp());
            ages.Began(end.Segment);
        }
        else if (time.GetElapsedTime(began) >= options.SealAfter)
        {
            writer.Seal();
            beganSegment = 0;
        }
    }

    // At the end, the last round may still run.
    private async Task ShipSealedAsync(CancellationToken cancellation)
    {
        await shipping.WaitAsync(cancellation);
        try
        {
            foreach (var segment in writer.Sealed)
            {
                if (segment.Number < shipped.Position.Segment)
                    continue;
                if (segment.Length > 0)
                    await ShipSegmentAsync(segment, cancellation);
                var next = new SpoolPosition(segment.Number + 1, 0);
                shipped = new SpoolCheckpoint(next, Math.Max(segment.LastNumber + 1, shipped.NextNumber));
                shipped.Write(folder.Path);
                ages.Shipped(segment.Number);
            }
        }
        finally
        {
            shipping.Release();
        }
    }

    private async Task ShipSegmentAsync(SealedSegment segment, CancellationToken cancellation)
    {
        writer.Trim(segment);
        var key = SegmentKeys.Segment(EventSequence.EpochOf((long)segment.LastNumber), segment.Number);
        await using var content = new FileStream(
            Path.Combine(folder.Path, SpoolFormat.SegmentName(segment.Number)),
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete);
        if (await store.PutIfAbsentAsync(key, content, segment.Length, cancellation))
            return;
        // A put whose answer was lost. Another writer's segment would be a loss of this one.
        if (await store.FindLengthAsync(key, cancellation) is var length && length != segment.Length)
        {
            throw new RegistryException(
                RegistryError.Unavailable,
                key,
                $"it has {length} bytes in {store.Location}, and {segment.Length} in this log; does another feature server " +
                "write the log of this environment?");
        }
    }

    // If the volume is half full, readers get shipped segments from the object store.
    private void DeleteShipped()
    {
        var last = shipped.Position.Segment;
        writer.DeleteBefore(Bytes > options.MostBytes / 2 ? last : Math.Min(last, Volatile.Read(ref keptFrom)));
    }
}
