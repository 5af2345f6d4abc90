namespace ModelServing.Inference.Models;

/// <summary>The model of a version: open, or closed until a request needs it again.</summary>
internal sealed class VersionModel(ModelCalls calls, InferenceMetrics metrics) : IDisposable
{
    private readonly Lock changing = new();
    private volatile LoadedModel? current;
    private volatile TaskCompletionSource lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isClosed;

    /// <summary>The open model; null if it is closed, or was never open. Between <see cref="ModelCalls.Began"/> and
    /// <see cref="ModelCalls.Ended"/>, it is not closed.</summary>
    internal LoadedModel? Current => current;

    /// <summary>The model as it was last open; null if it never was. It describes the version even while it is closed.</summary>
    internal LoadedModel? Known { get; private set; }

    /// <summary>The timestamp of the last request.</summary>
    internal long LastUsed => calls.LastBegan;

    /// <summary>Whether the model was closed to make room, so that it can be opened again.</summary>
    internal bool IsClosed
    {
        get
        {
            lock (changing)
                return isClosed;
        }
    }

    /// <summary>The model is open.</summary>
    internal void Set(LoadedModel opened)
    {
        lock (changing)
        {
            isClosed = false;
            Known = opened;
            current = opened;
        }
    }

    /// <summary>Closes the model, unless it is needed for a request now.</summary>
    internal bool TryClose()
    {
        lock (changing)
        {
            if (current is not { } open)
                return false;
            // A request counts itself, and then looks for the model. So it either finds none, or it is seen here.
            current = null;
            Interlocked.MemoryBarrier();
            if (calls.AreAny)
            {
                current = open;
                return false;
            }

            isClosed = true;
            open.Dispose();
            metrics.Closed();
            return true;
        }
    }

    /// <summary>The model could not be opened again.</summary>
    internal void Lose()
    {
        lock (changing)
            isClosed = false;
        lost.TrySetResult();
    }

    /// <summary>Waits until the model can't be opened again.</summary>
    internal async Task UntilLostAsync(CancellationToken cancellation)
    {
        await lost.Task.WaitAsync(cancellation);
        lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Dispose() => current?.Dispose();
}
