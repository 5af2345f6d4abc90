using ModelServing.Features.Events;
using ModelServing.Features.Events.Log;
using ModelServing.Jobs.Features;
using ModelServing.Jobs.Progress;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Features;

/// <summary>Compacts logs of tests, and says what they have then.</summary>
internal static class SomeCompaction
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Compacts a log as if it were some time after an event.</summary>
    internal static async Task<FeatureCompactResult> RunAsync(IObjectStore store, DateTimeOffset now, TimeSpan keep, long batchBytes = 1)
    {
        using var folder = new TemporaryFolder();
        return await new FeatureCompact(store, new StepLines(TextWriter.Null), new SetTime { Now = now })
            .RunAsync(new FeatureCompactRequest(keep, batchBytes, 128), folder.FullPath, Token);
    }

    /// <summary>The events of the segments, by their sequences.</summary>
    internal static async Task<SortedDictionary<long, byte[]>> InSegmentsAsync(IObjectStore store)
    {
        using var scratch = new TemporaryFolder();
        var copies = new SegmentCopies(store, scratch.FullPath);
        var found = new SortedDictionary<long, byte[]>();
        await foreach (var records in copies.ReadShippedAsync(await copies.ListShippedAsync(Token), Token))
        {
            foreach (var record in records)
                found.Add((long)record.Number, record.Bytes);
        }

        return found;
    }

    /// <summary>The events of the archive, by their sequences.</summary>
    internal static async Task<SortedDictionary<long, byte[]>> InArchiveAsync(IObjectStore store)
    {
        using var folder = new TemporaryFolder();
        using var database = new JobDatabase(folder.FullPath, 128);
        var archive = new EventArchive(store, database);
        var found = new SortedDictionary<long, byte[]>();
        foreach (var file in await archive.ListAsync(Token))
        {
            foreach (var (sequence, record) in await archive.ReadAsync(file.Key, Token))
            {
                Assert.InRange(sequence, file.First, file.Last);
                Assert.True(!found.TryGetValue(sequence, out var same) || same.AsSpan().SequenceEqual(record));
                found[sequence] = record;
            }
        }

        return found;
    }

    /// <summary>Each event is in a segment, or in the archive and known to be there.</summary>
    internal static async Task HasAllAsync(IObjectStore store, IReadOnlyDictionary<long, byte[]> all)
    {
        var (segments, archive) = (await InSegmentsAsync(store), await InArchiveAsync(store));
        var compaction = await LogCompaction.ReadAsync(store, Token);
        var reader = new EventReader();
        foreach (var (sequence, record) in all)
        {
            if (segments.TryGetValue(sequence, out var kept))
            {
                Assert.Equal(record, kept);
                continue;
            }

            Assert.Equal(record, archive[sequence]);
            Assert.InRange(sequence, 1, compaction.Through);
            Assert.InRange(reader.Read(record).Time.Microseconds, 0, compaction.Before - 1);
        }
    }
}
