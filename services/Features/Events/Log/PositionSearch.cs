using ModelServing.Registry;
using ModelServing.Spool;

namespace ModelServing.Features.Events.Log;

/// <summary>Finds the place in the event log from which a reader gets all events after a sequence, and few before: the beginning of a
/// segment, on the volume or in the object store. It reads the first records of few segments.</summary>
/// <param name="store">The object store.</param>
internal sealed class PositionSearch(EventLog log, IObjectStore store)
{
    private readonly byte[] record = new byte[SpoolFormat.HeadBytes + EventFormat.MostBytes];

    /// <summary>Finds the place.</summary>
    /// <param name="sequence">The events up to this one are not needed.</param>
    /// <param name="cancellation">Cancels the search.</param>
    /// <exception cref="IOException">The disk fails.</exception>
    /// <exception cref="RegistryException">The object store fails.</exception>
    internal async Task<EventPosition> FindAsync(long sequence, CancellationToken cancellation)
    {
        var end = log.Writer.End;
        long[] local = [.. log.Writer.Sealed.Select(static segment => segment.Number), .. end.Offset > 0 ? [end.Segment] : (long[])[]];
        if (await FindAsync(local, sequence, segment => ReadLocalAsync(segment, cancellation)) is { } onVolume)
            return At(onVolume.First, onVolume.Segment);
        var shipped = new List<(int Epoch, long Segment)>();
        await foreach (var key in store.ListAsync(SegmentKeys.Prefix, cancellation))
        {
            if (SegmentKeys.TryParse(key, out var epoch, out var segment))
                shipped.Add((epoch, segment));
        }

        return await FindAsync(shipped, sequence, one => ReadShippedAsync(one.Epoch, one.Segment, cancellation)) is { } inStore
            ? At(inStore.First, inStore.Segment.Segment)
            : EventPosition.Start;
    }

    // The last segment whose first event is not behind the next one. A segment without a first record counts as later, so the place may be
    // earlier than it could be.
    private static async Task<(T Segment, long First)?> FindAsync<T>(
        IReadOnlyList<T> segments, long sequence, Func<T, Task<long?>> firstOf)
    {
        (T, long)? found = null;
        var (from, to) = (0, segments.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (await firstOf(segments[middle]) is { } first && first <= sequence + 1)
            {
                found = (segments[middle], first);
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return found;
    }

    private static EventPosition At(long first, long segment) =>
        new(EventSequence.EpochOf(first), new SpoolCheckpoint(new SpoolPosition(segment, 0), (ulong)first));

    private async Task<long?> ReadLocalAsync(long segment, CancellationToken cancellation)
    {
        try
        {
            await using var file = new FileStream(
                Path.Combine(log.Folder, SpoolFormat.SegmentName(segment)),
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete);
            return await ReadAsync(file, cancellation);
        }
        catch (FileNotFoundException)
        {
            // It was shipped and deleted meanwhile.
            return null;
        }
    }

    private async Task<long?> ReadShippedAsync(int epoch, long segment, CancellationToken cancellation)
    {
        await using var stored = await store.OpenAsync(SegmentKeys.Segment(epoch, segment), cancellation);
        return stored is null ? null : await ReadAsync(stored.Content, cancellation);
    }

    private async Task<long?> ReadAsync(Stream content, CancellationToken cancellation)
    {
        var head = record.AsMemory(0, SpoolFormat.HeadBytes);
        if (await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation) < head.Length
            || SpoolFormat.ReadHead(head.Span).Length is var length && length is 0 or > EventFormat.MostBytes)
            return null;
        var rest = record.AsMemory(head.Length, (int)length);
        await content.ReadAtLeastAsync(rest, rest.Length, throwOnEndOfStream: false, cancellation);
        return SpoolFormat.TryRead(record.AsSpan(0, head.Length + rest.Length), out var number, out _) ? (long)number : null;
    }
}
