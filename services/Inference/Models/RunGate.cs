using ModelServing.Contracts.Reliability;

namespace ModelServing.Inference.Models;

/// <summary>Lets a fixed number of calls of the model run at a time, and a bounded number of requests wait for their turn.</summary>
/// <param name="concurrency">The number of calls that may run at a time.</param>
/// <param name="queueLimit">The number of requests that may wait.</param>
/// <param name="metrics">Counts the waiting requests.</param>
/// <param name="time">Measures the wait.</param>
internal sealed class RunGate(int concurrency, int queueLimit, InferenceMetrics metrics, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim turns = new(concurrency);
    private int waiting;

    /// <summary>Whether a request that arrives now would be refused.</summary>
    internal bool IsFull => turns.CurrentCount == 0 && Volatile.Read(ref waiting) >= queueLimit;

    public void Dispose() => turns.Dispose();

    /// <summary>Waits for a turn.</summary>
    /// <param name="timeout">The longest wait; null means no limit. With a timeout of zero the caller has stopped waiting, so even a free
    /// turn is not taken.</param>
    /// <param name="cancellation">Cancelled when the caller disconnects.</param>
    /// <exception cref="OperationCanceledException">The caller has disconnected.</exception>
    internal ValueTask<Turn> EnterAsync(TimeSpan? timeout, CancellationToken cancellation) =>
        timeout <= TimeSpan.Zero ? ValueTask.FromResult(Turn.TimedOut)
        : turns.Wait(0, CancellationToken.None) ? ValueTask.FromResult(Turn.Granted)
        : WaitAsync(timeout, cancellation);

    internal void Leave() => turns.Release();

    private async ValueTask<Turn> WaitAsync(TimeSpan? timeout, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref waiting) > queueLimit)
        {
            Interlocked.Decrement(ref waiting);
            return Turn.QueueFull;
        }

        metrics.Queued(1);
        try
        {
            if (timeout is not { } limit)
            {
                await turns.WaitAsync(cancellation);
                return Turn.Granted;
            }

            using var timer = new TimeLimit(limit, time, cancellation);
            await turns.WaitAsync(timer.Token);
            return Turn.Granted;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Turn.TimedOut;
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
            metrics.Queued(-1);
        }
    }
}
