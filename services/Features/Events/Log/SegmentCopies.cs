using System.Runtime.CompilerServices;
using ModelServing.Contracts.Reliability;
using ModelServing.Registry;
using ModelServing.Spool;

namespace ModelServing.Features.Events.Log;

/// <summary>
/// Reads an event log that another process may be writing: the segments on its volume, then those in the object store. Each segment is
/// copied before it is read, so it may be shipped, compacted and deleted meanwhile. An event may come twice, and none is left out if
/// compacted files are listed after this has ended: a segment is deleted only after it is in the next place.
/// </summary>
/// <param name="store">The object store.</param>
/// <param name="scratch">A folder for copies, which is the reader's own.</param>
public sealed class SegmentCopies(IObjectStore store, string scratch)
{
    // The end of a segment that is being written may look damaged for a moment.
    private const int MostTries = 3;

    private ulong next = 1;

    /// <summary>Reads the segments of a volume. Segments that are deleted meanwhile are left out, because they are in the object
    /// store.</summary>
    /// <param name="folder">The folder of the log.</param>
    /// <exception cref="IOException">The disk fails.</exception>
    public IEnumerable<IReadOnlyList<SpooledRecord>> ReadVolume(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
            yield break;
        foreach (var segment in SpoolFormat.SegmentsIn(folder))
        {
            if (ReadLocal(folder, segment) is { Count: > 0 } records)
                yield return records;
        }
    }

    /// <summary>Lists the segments in the object store, in the order of the log.</summary>
    /// <exception cref="RegistryException">The object store fails.</exception>
    public async Task<IReadOnlyList<ObjectKey>> ListShippedAsync(CancellationToken cancellationToken)
    {
        var keys = new List<ObjectKey>();
        await foreach (var key in store.ListAsync(SegmentKeys.Prefix, cancellationToken))
        {
            if (SegmentKeys.TryParse(key, out _, out _))
                keys.Add(key);
        }

        return keys;
    }

    /// <summary>Reads shipped segments. A segment that was deleted since it was listed is left out, because it is in a compacted
    /// file.</summary>
    /// <exception cref="RegistryException">The object store fails.</exception>
    /// <exception cref="IOException">The disk fails.</exception>
    public async IAsyncEnumerable<IReadOnlyList<SpooledRecord>> ReadShippedAsync(
        IEnumerable<ObjectKey> keys, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var key in keys)
        {
            if (await ReadShippedAsync(key, cancellationToken) is { } segment)
                yield return segment.Records;
        }
    }

    /// <summary>Reads a shipped segment; null if it does not exist.</summary>
    /// <returns>Its records, and whether nothing of it is damaged.</returns>
    /// <exception cref="RegistryException">The object store fails.</exception>
    /// <exception cref="IOException">The disk fails.</exception>
    public async Task<(IReadOnlyList<SpooledRecord> Records, bool IsWhole)?> ReadShippedAsync(
        ObjectKey key, CancellationToken cancellationToken)
    {
        await using var stored = await store.OpenAsync(key, cancellationToken);
        if (stored is null)
            return null;
        await using (var file = new FileStream(CopyPath, FileMode.Create, FileAccess.Write))
            await stored.Content.CopyToAsync(file, cancellationToken);
        var records = ReadCopy(out var isWhole);
        return (records, isWhole);
    }

    private string CopyPath
    {
        get
        {
            PrivateFiles.CreateFolder(scratch);
            return Path.Combine(scratch, SpoolFormat.SegmentName(1));
        }
    }

    private List<SpooledRecord> ReadLocal(string folder, long segment)
    {
        var path = Path.Combine(folder, SpoolFormat.SegmentName(segment));
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var file = new FileStream(CopyPath, FileMode.Create, FileAccess.Write);
                source.CopyTo(file);
            }
            catch (FileNotFoundException)
            {
                return [];
            }

            var records = ReadCopy(out var isWhole);
            if (isWhole || tries == MostTries)
                return records;
        }
    }

    private List<SpooledRecord> ReadCopy(out bool isWhole)
    {
        var damages = 0;
        var records = new List<SpooledRecord>();
        var start = SpoolCheckpoint.Start with { NextNumber = FindFirstNumber() ?? next };
        using var reader = new SpoolReader(scratch, null, start) { Damaged = _ => damages++ };
        while (reader.Read() is { } record)
            records.Add(record);
        isWhole = damages == 0 && reader.TornBytes == 0;
        if (records.Count > 0)
            next = records[^1].Number + 1;
        return records;
    }

    // Null if the first record is damaged.
    private ulong? FindFirstNumber()
    {
        using var file = File.OpenHandle(CopyPath);
        var head = new byte[SpoolFormat.HeadBytes];
        if (RandomAccess.Read(file, head, 0) < head.Length || SpoolFormat.ReadHead(head).Length is 0 or > SpoolFormat.MostRecordBytes)
            return null;
        var record = new byte[head.Length + (int)SpoolFormat.ReadHead(head).Length];
        return RandomAccess.Read(file, record, 0) == record.Length && SpoolFormat.TryRead(record, out var number, out _) ? number : null;
    }
}
