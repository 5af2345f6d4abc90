namespace ModelServing.Spool;

/// <summary>Prepares the next segments of a spool.</summary>
public static class SpoolPreparation
{
    /// <summary>Prepares the next segment on a thread of its own. The disk may block it for a long time, and the pool's threads have
    /// requests to answer.</summary>
    public static Task PrepareAsync(this SpoolWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return Task.Factory.StartNew(
            writer.Prepare, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
