namespace ModelServing.Inference.Models;

/// <summary>Lets a fixed number of calls of the model run at a time, and a bounded number of requests wait for their turn.</summary>
/// <param name="concurrency">How many run at a time.</param>
/// <param name="queueLimit">How many more may wait.</param>
/// <param name="metrics">Counts those that wait.</param>
internal sealed class RunGate(int concurrency, int queueLimit, InferenceMetrics metrics) : IDisposable
{
    private readonly SemaphoreSlim turns = new(concurrency);
    private int waiting;

    /// <summary>True when a request that came now would be turned away.</summary>
    internal bool IsFull => turns.CurrentCount == 0 && Volatile.Read(ref waiting) >= queueLimit;

    /// <summary>Waits for a turn, which <see cref="Leave"/> ends; false when too many wait already.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    internal ValueTask<bool> EnterAsync(CancellationToken cancellation) =>
        turns.Wait(0, CancellationToken.None) ? ValueTask.FromResult(true) : WaitAsync(cancellation);

    internal void Leave() => turns.Release();

    public void Dispose() => turns.Dispose();

    private async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref waiting) > queueLimit)
        {
            Interlocked.Decrement(ref waiting);
            return false;
        }

        metrics.Queued(1);
        try
        {
            await turns.WaitAsync(cancellation);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
            metrics.Queued(-1);
        }
    }
}
