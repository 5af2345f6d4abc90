using System.Globalization;
using DuckDB.NET.Data;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;
using ModelServing.Features.Events.Log;
using ModelServing.Jobs.Progress;
using ModelServing.Registry;
using ModelServing.Spool;

namespace ModelServing.Jobs.Features;

/// <summary>Compacts the shipped event log: old segments become Parquet files of the archive and are deleted. It may be ended at any point,
/// and several may run at once: what was done is found and not done again.</summary>
/// <remarks>
/// <code>
/// 1 keep      no segment is touched that has an event which a published view may still need
/// 2 batch     segments from the first one on, into a DuckDB file
/// 3 archive   as Parquet; then the file is read back and compared
/// 4 say so    how far the log is compacted, before anything is missing there
/// 5 delete    the segments
/// </code>
/// </remarks>
/// <param name="store">The object store.</param>
/// <param name="progress">Shows the steps.</param>
/// <param name="time">Tells which events are old.</param>
internal sealed class FeatureCompact(IObjectStore store, IStepProgress progress, TimeProvider time)
{
    private const string Table = "batch";

    // What a row has besides its record: a sequence, two times, and the source and identifier once more.
    private const int RowBytes = 200;

    // For clocks that differ.
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);

    private readonly EventReader events = new();
    private readonly List<ObjectKey> keys = [];
    private LogCompaction compaction = LogCompaction.None;
    private long first;
    private long last;
    private long latest;
    private long batchEvents;

    /// <summary>Compacts the log.</summary>
    /// <param name="request">What to compact.</param>
    /// <param name="folder">A folder for temporary files, which the caller removes.</param>
    /// <param name="cancellation">Stops it. Nothing is lost.</param>
    /// <exception cref="JobException">An event can't be read, or the archive has other events.</exception>
    /// <exception cref="RegistryException">The object store fails.</exception>
    internal async Task<FeatureCompactResult> RunAsync(FeatureCompactRequest request, string folder, CancellationToken cancellation)
    {
        try
        {
            // 1
            var before = time.GetUtcNow() - await FindKeptAsync(request.Keep, cancellation);
            using var database = new JobDatabase(folder, request.MemoryMegabytes);
            var segments = new SegmentCopies(store, Path.Combine(folder, "segments"));
            var archive = new EventArchive(store, database);
            var listed = await segments.ListShippedAsync(cancellation);
            var result = new FeatureCompactResult(before, 0, 0, listed.Count, 0);
            progress.Begin("Compacting segments", listed.Count);
            var next = 0;
            while (next < listed.Count)
            {
                // 2
                var (end, damaged) = await StageAsync(database, segments, listed, next, (before, request.BatchBytes), cancellation);
                result = result with { Damaged = result.Damaged + damaged };
                if (keys.Count > 0)
                {
                    await ArchiveAsync(archive, cancellation);
                    result = result with
                    {
                        Events = result.Events + batchEvents,
                        Deleted = result.Deleted + keys.Count,
                        Left = result.Left - keys.Count,
                    };
                }

                progress.Advance(end - next);
                if (keys.Count == 0 && damaged == 0)
                    break;
                next = end;
            }

            return result;
        }
        catch (DuckDBException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new JobException(JobExit.Failed, $"the archive can't be written: {JobDatabase.Explain(e)}", e);
        }
    }

    private async Task<TimeSpan> FindKeptAsync(TimeSpan keep, CancellationToken cancellation)
    {
        var published = new PublishedViews(store);
        foreach (var id in await published.ListAsync(cancellation))
        {
            if ((await published.ReadAsync(id, cancellation)).History + Margin is var needed && needed > keep)
                keep = needed;
        }

        return keep;
    }

    // Stages whole segments from one on, up to the first that must stay or until there are enough. Returns the next one, and how many
    // were left out because they are damaged.
    private async Task<(int End, int Damaged)> StageAsync(
        JobDatabase database, SegmentCopies segments, IReadOnlyList<ObjectKey> listed, int from, (DateTimeOffset Before, long Bytes) until,
        CancellationToken cancellation)
    {
        database.Run(
            $"CREATE OR REPLACE TABLE {Table} (sequence BIGINT, source VARCHAR, id VARCHAR, time BIGINT, known_time BIGINT, record BLOB)",
            cancellation);
        keys.Clear();
        (first, last, latest, batchEvents) = (long.MaxValue, 0, 0, 0);
        var (damaged, bytes) = (0, 0L);
        using var writer = new TableWriter(database, Table);
        for (; from < listed.Count && bytes < until.Bytes; from++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await segments.ReadShippedAsync(listed[from], cancellation) is not { } segment)
                continue;
            // Its other bytes may be of use to a person.
            if (!segment.IsWhole)
            {
                damaged++;
                continue;
            }

            var read = segment.Records.Select(record => (Record: record, Event: Read(listed[from], record))).ToList();
            if (read.Exists(one => one.Event.Time.Microseconds >= until.Before.ToUnixTimeMilliseconds() * 1000))
                break;
            keys.Add(listed[from]);
            foreach (var (record, one) in read)
            {
                Add(writer, record, one);
                bytes += record.Bytes.Length;
            }
        }

        writer.Close();
        return (from, damaged);
    }

    private void Add(TableWriter writer, SpooledRecord record, FeatureEvent one)
    {
        var sequence = (long)record.Number;
        var row = writer.CreateRow(record.Bytes.Length + RowBytes);
        row.AppendValue(sequence);
        row.AppendValue(one.Source);
        row.AppendValue(one.Id);
        row.AppendValue(one.Time.Microseconds);
        row.AppendValue(one.KnownTime.Microseconds);
        row.AppendValue(record.Bytes);
        row.EndRow();
        (first, last) = (Math.Min(first, sequence), Math.Max(last, sequence));
        latest = Math.Max(latest, one.Time.Microseconds);
        batchEvents++;
    }

    private FeatureEvent Read(ObjectKey key, SpooledRecord record)
    {
        try
        {
            return events.Read(record.Bytes);
        }
        catch (FormatException e)
        {
            throw new JobException(
                JobExit.Failed,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{store.Location}/{key}: event {record.Number} can't be read, so nothing from here on is compacted: {e.Message}"),
                e);
        }
    }

    private async Task ArchiveAsync(EventArchive archive, CancellationToken cancellation)
    {
        // 3
        if (batchEvents > 0 && !await archive.HasAsync(Table, first, last, cancellation))
        {
            await archive.WriteAsync(Table, first, last, cancellation);
            if (!await archive.HasAsync(Table, first, last, cancellation))
            {
                throw new JobException(
                    JobExit.Failed,
                    $"{store.Location}/{ArchiveKeys.File(first, last)} has other events than the segments, which stay: " +
                        $"{keys[0]} to {keys[^1]}");
            }
        }

        // 4
        compaction = compaction.With(new LogCompaction(last, latest + 1));
        await compaction.WriteAsync(store, cancellation);
        // 5
        foreach (var key in keys)
            await store.DeleteAsync(key, cancellation);
    }
}
