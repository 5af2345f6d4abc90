namespace ModelServing.Spool;

/// <summary>Flushes a spool to the disk for all callers that wait (group commit): while one flush runs, the next callers gather for the
/// next one. It has a thread of its own, because a flush blocks.</summary>
public sealed class DiskCommits : IDisposable
{
    private readonly Lock changing = new();
    private readonly SemaphoreSlim wanted = new(0);
    private readonly Func<SpoolWriter?> writer;
    private readonly Thread thread;
    private TaskCompletionSource? gathering;
    private volatile bool isDisposed;

    public DiskCommits(Func<SpoolWriter?> writer)
    {
        this.writer = writer;
        thread = new Thread(Run) { IsBackground = true, Name = "flush spool" };
        thread.Start();
    }

    /// <summary>Waits until the disk has everything that the caller has appended.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public Task WaitAsync()
    {
        lock (changing)
        {
            if (gathering is not null)
                return gathering.Task;
            gathering = new(TaskCreationOptions.RunContinuationsAsynchronously);
            wanted.Release();
            return gathering.Task;
        }
    }

    public void Dispose()
    {
        isDisposed = true;
        wanted.Release();
        thread.Join();
        wanted.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            wanted.Wait();
            TaskCompletionSource? group;
            lock (changing)
                (group, gathering) = (gathering, null);
            if (group is not null)
                Flush(group);
            if (isDisposed)
                return;
        }
    }

    private void Flush(TaskCompletionSource group)
    {
        try
        {
            writer()?.Flush();
            group.SetResult();
        }
        catch (Exception e)
        {
            group.SetException(e);
            // By now, no request may be waiting for it.
            _ = group.Task.Exception;
        }
    }
}
