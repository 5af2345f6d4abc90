namespace ModelServing.TestKit.ObjectStorage;

/// <summary>How much the emulator holds; all its buckets share it.</summary>
internal sealed class Quota(long most)
{
    private long taken;

    /// <summary>Takes bytes, or with a negative number gives them back.</summary>
    internal void Take(long bytes)
    {
        if (Interlocked.Add(ref taken, bytes) <= most || bytes <= 0)
            return;
        Interlocked.Add(ref taken, -bytes);
        throw new StorageError(400, "QuotaExceeded", $"the emulator holds at most {most} bytes");
    }
}
