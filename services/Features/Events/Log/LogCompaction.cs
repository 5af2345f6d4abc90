using ModelServing.Registry;

namespace ModelServing.Features.Events.Log;

/// <summary>
/// How far an event log was compacted: segments with old events are Parquet now, which hosts do not read. It is written before the first
/// segment is deleted. Each is an object of its own that is never replaced, and the largest numbers of all count. So they never fall,
/// whoever compacts at the same time.
/// </summary>
/// <param name="Through">No event after this sequence is only in the archive; 0 if none is.</param>
/// <param name="Before">Each event that is only in the archive happened before this time, in microseconds since 1970.</param>
public sealed record LogCompaction(long Through, long Before)
{
    public static LogCompaction None { get; } = new(0, 0);

    /// <summary>Reads how far the log in an object store was compacted.</summary>
    /// <exception cref="RegistryException">The object store fails.</exception>
    public static async Task<LogCompaction> ReadAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var found = None;
        await foreach (var key in store.ListAsync(ArchiveKeys.Compacted, cancellationToken))
        {
            if (ArchiveKeys.TryParse(key, out var one))
                found = found.With(one);
        }

        return found;
    }

    /// <summary>Writes it.</summary>
    /// <exception cref="RegistryException">The object store fails.</exception>
    public async Task WriteAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        // Some stores have no empty objects.
        using var content = new MemoryStream("\n"u8.ToArray(), writable: false);
        await store.PutIfAbsentAsync(ArchiveKeys.Key(this), content, content.Length, cancellationToken);
    }

    /// <summary>The compaction after both.</summary>
    public LogCompaction With(LogCompaction other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new LogCompaction(Math.Max(Through, other.Through), Math.Max(Before, other.Before));
    }
}
