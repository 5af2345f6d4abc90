using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Records;
using ModelServing.Predictions.Shipping;
using ModelServing.Registry;
using ModelServing.Spool;

namespace ModelServing.Predictions;

/// <summary>
/// The prediction log of one process: it appends records to a spool on disk and ships them to the store. Start here. The host appends from
/// the requests' threads, and runs the rounds <see cref="PrepareAsync"/>, <see cref="ShipAsync"/> and <see cref="TakeOverAsync"/> in loops
/// of their own.
/// </summary>
public sealed class PredictionLog : IDisposable
{
    // While no segment is prepared.
    private static readonly TimeSpan PreparePeriod = TimeSpan.FromMilliseconds(50);

    // While one is. More rounds would wake a thread that then spins, which requests pay for.
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMilliseconds(500);

    // While nothing is to be shipped; records gather in the meantime, so that a store that takes several gets several.
    private static readonly TimeSpan ShipPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TakeOverPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DrainPeriod = TimeSpan.FromMilliseconds(20);

    private readonly PredictionLogSettings settings;
    private readonly TimeProvider time;
    private readonly ILogger<PredictionLog> logger;
    private readonly Shipper shipper;
    private readonly AsideFolder aside;
    private readonly PredictionLogReporter reporter;
    private readonly DiskCommits? commits;
    private readonly Lock opening = new();
    private readonly SemaphoreSlim spareTaken = new(0);
    private volatile SpoolWriter? writer;
    private volatile ShippedSpool? own;
    private volatile ShippedSpool? takenOver;
    private volatile string? failure;
    private volatile bool isRefusing;
    private volatile bool isDraining;
    private bool isDisposed;

    /// <param name="settings">The mode, the folder and its limits.</param>
    /// <param name="store">The store. The log owns it.</param>
    /// <param name="objects">Stores the data of tensors that are too large for a row; null keeps only their digests.</param>
    /// <param name="time">Measures waits.</param>
    /// <param name="logger">Gets one line when something begins to fail, and one when it works again.</param>
    public PredictionLog(
        PredictionLogSettings settings, IPredictionStore store, IObjectStore? objects, TimeProvider time, ILogger<PredictionLog> logger)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(store);
        this.settings = settings;
        this.time = time;
        this.logger = logger;
        Store = store;
        aside = new AsideFolder(AsideFolder.In(settings.Spool));
        shipper = new Shipper(store, new LargeTensors(objects), aside, Counters, time, logger);
        reporter = new PredictionLogReporter(Counters, settings.RefuseWhenFull, time, logger);
        commits = settings.Mode == SpoolMode.Disk ? new DiskCommits(() => writer) : null;
        _ = TryOpen();
    }

    public IPredictionStore Store { get; }

    public LogCounters Counters { get; } = new();

    /// <summary>Whether requests must be refused because their records could not be kept, and the settings say so.</summary>
    public bool IsRefusing => isRefusing;

    /// <summary>Why records can't be kept; null if they can.</summary>
    public string? SpoolFailure => failure ?? writer?.Failure;

    /// <summary>Why the store takes no records; null if it does.</summary>
    public string? StoreFailure => shipper.Failure;

    /// <summary>The records of this process that the store does not have yet. They are lost if the machine is.</summary>
    public long BacklogRecords => writer is { } open && own is { } shipped
        ? Math.Max(0, (long)(open.LastNumber + 1) - (long)shipped.NextNumber)
        : 0;

    /// <summary>The age of the oldest record on its way to the store. Zero if no record is on its way.</summary>
    public TimeSpan BacklogAge => Oldest is { } micros
        ? TimeSpan.FromTicks(Math.Max(0, time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks - (micros * TimeSpan.TicksPerMicrosecond)))
        : TimeSpan.Zero;

    /// <summary>The bytes of this process's spool on the disk.</summary>
    public long SpoolBytes => writer?.Bytes ?? 0;

    /// <summary>How many records and damaged parts are set aside, those of earlier processes included.</summary>
    public int CountAside() => aside.Count();

    /// <summary>Appends a record. It survives the end of the process from here on; call <see cref="OnDiskAsync"/> before the answer leaves
    /// if the mode is <see cref="SpoolMode.Disk"/>.</summary>
    /// <returns>Whether the request may be answered: the record was kept, or the settings allow to lose it.</returns>
    public bool TryAppend(RecordWriter record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.LargeTensors > 0)
            Counters.CountLargeDigests(record.LargeTensors);
        return TryAppend(record.Written);
    }

    internal bool TryAppend(ReadOnlySpan<byte> record)
    {
        var appended = writer?.Append(record, out _) ?? Appended.Failed;
        if (appended == Appended.Kept)
        {
            Counters.CountRecorded();
            return true;
        }

        if (settings.RefuseWhenFull)
        {
            isRefusing = true;
            return false;
        }

        Counters.CountLost(appended == Appended.Full ? LostReason.Full : LostReason.Disk);
        return true;
    }

    /// <summary>Counts a record that could not be written at all.</summary>
    public void CountUnwritten() => Counters.CountLost(LostReason.Unwritten);

    /// <summary>Waits until the disk has what was appended, in the mode <see cref="SpoolMode.Disk"/>.</summary>
    /// <returns>Whether the request may be answered.</returns>
    public ValueTask<bool> OnDiskAsync() => commits is null ? new(true) : new(CommitAsync(commits));

    /// <summary>One round: opens the spool if it could not be opened before, and prepares the next segment.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        if (TryOpen(out var open))
        {
            if (open.NeedsSpare && !isDraining)
                await open.PrepareAsync();
            if (isRefusing && !open.NeedsSpare)
                isRefusing = false;
        }

        reporter.Report(SpoolFailure);
        _ = await spareTaken.WaitAsync(open is { NeedsSpare: false } ? ReportPeriod : PreparePeriod, cancellation);
    }

    /// <summary>One round: ships what is in this process's spool.</summary>
    public async Task ShipAsync(CancellationToken cancellation)
    {
        if (own is not { } spool || await shipper.ShipAsync(spool, cancellation) == 0)
            await Task.Delay(isDraining ? DrainPeriod : ShipPeriod, time, cancellation);
        else if (!isDraining && spool.Oldest is null)
            await Task.Delay(ShipPeriod, time, cancellation);
    }

    /// <summary>One round: ships the spool of a process that has ended, if there is one, and deletes it.</summary>
    public async Task TakeOverAsync(CancellationToken cancellation)
    {
        if (SpoolFolder.TakeOver(settings.Spool, own?.Folder.Path) is not { } folder)
        {
            await Task.Delay(TakeOverPeriod, time, cancellation);
            return;
        }

        using (folder)
        {
            using var spool = new ShippedSpool(folder, writer: null, aside, Counters, logger);
            takenOver = spool;
            try
            {
                var records = await shipper.ShipAsync(spool, cancellation);
                folder.Delete();
                if (records > 0)
                    PredictionLogLog.TookOver(logger, records, folder.Path);
            }
            finally
            {
                takenOver = null;
            }
        }
    }

    /// <summary>Accepts no more records, and waits until the store has all of this process, while <see cref="ShipAsync"/> goes on. On
    /// cancellation, the rest stays in the spool for a later process.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        isDraining = true;
        writer?.Close();
        try
        {
            while (BacklogRecords > 0)
                await Task.Delay(DrainPeriod, time, cancellation);
        }
        catch (OperationCanceledException)
        {
            PredictionLogLog.NotDrained(logger, BacklogRecords, own?.Folder.Path ?? settings.Spool);
        }
    }

    public void Dispose()
    {
        lock (opening)
        {
            if (isDisposed)
                return;
            isDisposed = true;
        }

        commits?.Dispose();
        writer?.Dispose();
        spareTaken.Dispose();
        if (own is { } spool)
        {
            spool.Dispose();
            if (BacklogRecords == 0)
                TryDelete(spool.Folder);
            spool.Folder.Dispose();
        }

        (Store as IDisposable)?.Dispose();
    }

    private long? Oldest => (own?.Oldest, takenOver?.Oldest) switch
    {
        ({ } one, { } other) => Math.Min(one, other),
        var (one, other) => one ?? other,
    };

    private bool TryOpen() => TryOpen(out _);

    private bool TryOpen([NotNullWhen(true)] out SpoolWriter? open)
    {
        open = writer;
        if (open is not null)
            return true;
        lock (opening)
        {
            open = writer;
            if (open is not null || isDisposed || isDraining)
                return open is not null;
            try
            {
                var folder = SpoolFolder.Create(settings.Spool, time);
                var created = new SpoolWriter(folder.Path, new SpoolOptions(settings.Mode, settings.SpoolBytes), time)
                {
                    SpareTaken = () => spareTaken.Release(),
                };
                own = new ShippedSpool(folder, created, aside, Counters, logger);
                writer = open = created;
                failure = null;
                created.Prepare();
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failure = e.Message;
                return false;
            }
        }
    }

    private async Task<bool> CommitAsync(DiskCommits group)
    {
        try
        {
            await group.WaitAsync();
            return true;
        }
        catch (IOException e)
        {
            PredictionLogLog.NotFlushed(logger, e.Message);
            if (settings.RefuseWhenFull)
                return false;
            Counters.CountLost(LostReason.Disk);
            return true;
        }
    }

    private static void TryDelete(SpoolFolder folder)
    {
        try
        {
            folder.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A later process takes it over.
        }
    }
}
