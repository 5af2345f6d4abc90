namespace ModelServing.Inference.Models;

/// <summary>Opens the model of a version again when a request needs it. All requests that need it wait for the same opening.</summary>
internal sealed class ModelDemand(VersionSettings settings, VersionModel model, ArtifactLoader loader, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource ending = new();
    private readonly Lock changing = new();
    private Task? opening;
    private int waiting;

    /// <summary>The open model; null if it is closed, or was never open.</summary>
    internal LoadedModel? Model => model.Current;

    /// <summary>Waits until the model is open. Returns null if it is not in time, or if too many requests wait for it.</summary>
    /// <param name="deadline">The timestamp at which the request's time is over.</param>
    /// <param name="left">Cancelled when the caller leaves.</param>
    internal async ValueTask<LoadedModel?> OpenAsync(long deadline, CancellationToken left)
    {
        if (Interlocked.Increment(ref waiting) > settings.Host.QueueLimit)
        {
            Interlocked.Decrement(ref waiting);
            return null;
        }

        try
        {
            while (model.IsClosed)
            {
                var rest = time.GetElapsedTime(time.GetTimestamp(), deadline);
                if (rest <= TimeSpan.Zero)
                    return null;
                await Opening().WaitAsync(rest, time, left);
            }

            return model.Current;
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    public void Dispose()
    {
        ending.Cancel();
        ending.Dispose();
    }

    private Task Opening()
    {
        lock (changing)
        {
            return opening is { IsCompleted: false } current ? current : opening = Task.Run(() => loader.ReopenAsync(ending.Token));
        }
    }
}
