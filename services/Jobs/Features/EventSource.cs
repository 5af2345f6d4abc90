using ModelServing.Features.Events.Log;
using ModelServing.Jobs.Progress;
using ModelServing.Registry;

namespace ModelServing.Jobs.Features;

/// <summary>All events of an environment: from the volume of the event log, if it is on this machine, and from the object store, where old
/// ones are in the archive.</summary>
/// <param name="store">The object store.</param>
/// <param name="folder">The folder of the event log; null if it is not on this machine.</param>
internal sealed class EventSource(IObjectStore store, string? folder)
{
    /// <summary>Stages all events.</summary>
    /// <remarks>
    /// <code>
    /// 1 the volume    its segments are shipped before they are deleted
    /// 2 segments      in the object store; they are archived before they are deleted
    /// 3 the archive   Parquet files
    /// </code>
    /// </remarks>
    /// <exception cref="RegistryException">The object store fails.</exception>
    /// <exception cref="IOException">The disk fails.</exception>
    internal async Task StageAsync(StagedEvents staged, JobDatabase database, IStepProgress progress, CancellationToken cancellation)
    {
        var segments = new SegmentCopies(store, Path.Combine(database.Folder, "segments"));
        // 1
        progress.Begin("Reading events");
        if (folder is not null)
        {
            foreach (var records in segments.ReadVolume(folder))
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (var record in records)
                    staged.Add(record);
            }
        }

        // 2
        var shipped = await segments.ListShippedAsync(cancellation);
        progress.Begin("Reading shipped events", shipped.Count);
        await foreach (var records in segments.ReadShippedAsync(shipped, cancellation))
        {
            foreach (var record in records)
                staged.Add(record);
            progress.Advance(1);
        }

        // 3
        var archive = new EventArchive(store, database);
        var files = await archive.ListAsync(cancellation);
        if (files.Count > 0)
            progress.Begin("Reading archived events", files.Count);
        foreach (var file in files)
        {
            foreach (var (sequence, record) in await archive.ReadAsync(file.Key, cancellation))
                staged.Add(sequence, record);
            progress.Advance(1);
        }

        staged.Close();
    }
}
