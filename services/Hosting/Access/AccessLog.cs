using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Spool;

namespace ModelServing.Hosting.Access;

/// <summary>A host's access log. The requests' threads add to it without waiting; its loops write lines, keep room for records and delete
/// what is old.</summary>
public sealed class AccessLog : LoopingService
{
    /// <summary>How long the records of a process that has ended are kept, if there is room.</summary>
    internal static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    // The processes of a folder may have this many times the bytes of one. What ended first is deleted first.
    private const int MostShares = 8;
    private const int SegmentBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan PreparePeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CleanPeriod = TimeSpan.FromSeconds(30);

    private readonly AccessLogSettings settings;
    private readonly TimeProvider time;
    private readonly AccessLines? lines;
    private SpoolFolder? folder;
    private volatile SpoolWriter? writer;
    private DateTimeOffset cleaned;
    private long lostRecords;
    private long lostLines;

    public AccessLog(AccessLogSettings settings, TimeProvider time, IMeterFactory meters, ILogger<AccessLog> logger)
    {
        ArgumentNullException.ThrowIfNull(settings);
        this.settings = settings;
        this.time = time;
        lines = settings.Sample is { } sample ? new AccessLines(sample, time, logger) : null;
        Telemetry.CreateMeter(meters).CreateObservableCounter(
            MetricNames.HostAccessLost,
            () => (Measurement<long>[])
            [
                new(Interlocked.Read(ref lostRecords), new KeyValuePair<string, object?>(MetricNames.Reason, "no-room")),
                new(Interlocked.Read(ref lostLines), new KeyValuePair<string, object?>(MetricNames.Reason, "too-many-lines")),
            ],
            "{attempt}",
            "Attempts that are not in the access log.");
    }

    /// <summary>Whether the next segment is prepared.</summary>
    internal bool HasRoom => writer is { NeedsSpare: false };

    /// <summary>Adds the log to a host, if the settings ask for one.</summary>
    public static void Add(IServiceCollection services, AccessLogSettings? settings)
    {
        if (settings is null)
            return;
        services.AddSingleton(settings);
        services.AddSingleton<AccessLog>();
        services.AddHostedService(static provider => provider.GetRequiredService<AccessLog>());
    }

    /// <summary>Whether an attempt is to be added. Of most attempts in the cloud no record is made.</summary>
    public bool Wants(Ulid request, bool hasFailed) => settings.Folder is not null || lines?.Wants(request, hasFailed) == true;

    /// <summary>Adds an attempt. Never throws, and waits for nothing.</summary>
    public void Add(in AccessRecord record)
    {
        try
        {
            Span<byte> bytes = stackalloc byte[AccessFormat.MostBytes];
            if (settings.Folder is not null
                && writer?.Append(bytes[..AccessFormat.Write(record, bytes)], out _) != Appended.Kept)
                Interlocked.Increment(ref lostRecords);
            if (lines?.TryAdd(record) == false)
                Interlocked.Increment(ref lostLines);
        }
        catch (Exception)
        {
            // The caller's answer matters more. The count shows it.
            Interlocked.Increment(ref lostRecords);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        lines?.WriteQueued();
        if (writer is { } spool)
        {
            writer = null;
            spool.Close();
            Trim(spool);
        }

        folder?.Dispose();
    }

    protected override Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(loops);
        return Task.WhenAll(
            settings.Folder is { } root
                ? loops.RunAsync("access log", cancellation => PrepareAsync(root, cancellation), stopping)
                : Task.CompletedTask,
            lines is null ? Task.CompletedTask : loops.RunAsync("access lines", lines.WriteAsync, stopping));
    }

    // One round. It fails while the disk does, and the loop reports that.
    private async Task PrepareAsync(string root, CancellationToken cancellation)
    {
        if (folder is null)
        {
            folder = SpoolFolder.Create(root, time);
            writer = new SpoolWriter(
                folder.Path,
                new SpoolOptions(SpoolMode.Process, settings.MostBytes) { SegmentBytes = SegmentBytes, OnlyPrepared = true },
                time);
        }

        var spool = writer!;
        if (spool.NeedsSpare)
        {
            while (spool.Bytes + SegmentBytes > settings.MostBytes && spool.Sealed is [var oldest, ..])
                spool.DeleteBefore(oldest.Number + 1);
            await spool.PrepareAsync();
            if (spool.NeedsSpare && spool.Failure is { } why)
                throw new IOException(why);
        }

        var now = time.GetUtcNow();
        if (now - cleaned >= CleanPeriod)
        {
            cleaned = now;
            DeleteOld(root, now);
        }

        await Task.Delay(PreparePeriod, time, cancellation);
    }

    private void DeleteOld(string root, DateTimeOffset now)
    {
        while (SpoolFolder.TakeOver(root, folder!.Path) is { } ended)
        {
            using (ended)
            {
                var written = new DirectoryInfo(ended.Path).EnumerateFiles("*" + SpoolFormat.SegmentSuffix)
                    .Select(static file => (DateTimeOffset)file.LastWriteTimeUtc)
                    .DefaultIfEmpty(DateTimeOffset.MinValue)
                    .Max();
                if (now - written < KeptFor && SpoolFolder.BytesIn(root) <= MostShares * settings.MostBytes)
                    return;
                ended.Delete();
            }
        }
    }

    private static void Trim(SpoolWriter spool)
    {
        try
        {
            foreach (var segment in spool.Sealed)
                spool.Trim(segment);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It takes more room until it is deleted.
        }
    }
}
