using System.Globalization;
using ModelServing.Features.Events.Log;
using ModelServing.Registry;

namespace ModelServing.Jobs.Features;

/// <summary>The archive of the event log: Parquet files with the columns <c>sequence</c>, <c>source</c>, <c>id</c>, <c>time</c>,
/// <c>known_time</c>, and <c>record</c>, which is the event as it was in the log. An event may be in several files.</summary>
/// <param name="store">The object store.</param>
/// <param name="database">Reads and writes Parquet.</param>
internal sealed class EventArchive(IObjectStore store, JobDatabase database)
{
    // A row group is in memory as a whole while it is written.
    private const int RowGroup = 10 * 2048;

    /// <summary>Lists the files, in the order of their first events.</summary>
    /// <exception cref="RegistryException">The object store fails.</exception>
    internal async Task<IReadOnlyList<(ObjectKey Key, long First, long Last)>> ListAsync(CancellationToken cancellation)
    {
        var files = new List<(ObjectKey, long, long)>();
        await foreach (var key in store.ListAsync(ArchiveKeys.Events, cancellation))
        {
            if (ArchiveKeys.TryParseFile(key, out var first, out var last))
                files.Add((key, first, last));
        }

        return files;
    }

    /// <summary>Reads a file, which stays on the disk until the next one is read. Enumerate it once.</summary>
    /// <exception cref="RegistryException">The object store fails, or does not have the file.</exception>
    internal async Task<IEnumerable<(long Sequence, byte[] Record)>> ReadAsync(ObjectKey key, CancellationToken cancellation)
    {
        var path = await CopyAsync(key, "archived.parquet", cancellation);
        return Read(path);
    }

    /// <summary>Whether files of the archive have each event of a table, byte for byte.</summary>
    /// <param name="table">The table, with the columns of a file.</param>
    /// <param name="first">The sequence of its first event.</param>
    /// <param name="last">The sequence of its last event.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    /// <exception cref="RegistryException">The object store fails.</exception>
    internal async Task<bool> HasAsync(string table, long first, long last, CancellationToken cancellation)
    {
        var copies = new List<string>();
        foreach (var file in await ListAsync(cancellation))
        {
            if (file.First <= last && file.Last >= first)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"copy{copies.Count}.parquet");
                copies.Add(await CopyAsync(file.Key, name, cancellation));
            }
        }

        if (copies.Count == 0)
            return false;
        var missing = database.Number(
            $"SELECT count(*) FROM {table} ANTI JOIN read_parquet([{string.Join(", ", copies.Select(JobDatabase.Text))}]) AS archived " +
                $"ON {table}.sequence = archived.sequence AND {table}.record = archived.record");
        foreach (var copy in copies)
            File.Delete(copy);
        return missing == 0;
    }

    /// <summary>Writes a table as a file, unless there is a file of this name.</summary>
    /// <exception cref="RegistryException">The object store fails.</exception>
    internal async Task WriteAsync(string table, long first, long last, CancellationToken cancellation)
    {
        var path = Path.Combine(database.Folder, "batch.parquet");
        database.Run(
            string.Create(
                CultureInfo.InvariantCulture,
                $"COPY (SELECT * REPLACE (make_timestamp(time) AS time, make_timestamp(known_time) AS known_time) FROM {table} " +
                    $"ORDER BY sequence) TO {JobDatabase.Text(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {RowGroup})"),
            cancellation);
        await using (var content = File.OpenRead(path))
            await store.PutIfAbsentAsync(ArchiveKeys.File(first, last), content, content.Length, cancellation);
        File.Delete(path);
    }

    private async Task<string> CopyAsync(ObjectKey key, string name, CancellationToken cancellation)
    {
        var path = Path.Combine(database.Folder, name);
        await using var stored = await store.OpenAsync(key, cancellation)
            ?? throw new RegistryException(RegistryError.Unavailable, key, $"it is listed in {store.Location} and is not there");
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        await stored.Content.CopyToAsync(file, cancellation);
        return path;
    }

    private IEnumerable<(long Sequence, byte[] Record)> Read(string path)
    {
        foreach (var row in database.Stream($"SELECT sequence, record FROM read_parquet({JobDatabase.Text(path)})"))
        {
            using var record = row.GetStream(1);
            var bytes = new byte[record.Length];
            record.ReadExactly(bytes);
            yield return (row.GetInt64(0), bytes);
        }
    }
}
