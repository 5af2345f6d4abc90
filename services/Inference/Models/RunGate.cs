using ModelServing.Contracts.Reliability;

namespace ModelServing.Inference.Models;

/// <summary>Lets a fixed number of calls of the model run at a time, and a bounded number of requests wait for their turn.</summary>
/// <param name="concurrency">How many run at a time.</param>
/// <param name="queueLimit">How many more may wait.</param>
/// <param name="metrics">Counts those that wait.</param>
/// <param name="time">The clock.</param>
internal sealed class RunGate(int concurrency, int queueLimit, InferenceMetrics metrics, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim turns = new(concurrency);
    private int waiting;

    /// <summary>True when a request that came now would be turned away.</summary>
    internal bool IsFull => turns.CurrentCount == 0 && Volatile.Read(ref waiting) >= queueLimit;

    /// <summary>Waits for a turn.</summary>
    /// <param name="patience">How long; null waits until it comes. Where nothing is left nobody waits for the answer any more, so a turn that
    /// is there is not taken either.</param>
    /// <param name="cancellation">The caller's leaving.</param>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    internal ValueTask<Turn> EnterAsync(TimeSpan? patience, CancellationToken cancellation) =>
        patience <= TimeSpan.Zero ? ValueTask.FromResult(Turn.Late)
        : turns.Wait(0, CancellationToken.None) ? ValueTask.FromResult(Turn.Granted) : WaitAsync(patience, cancellation);

    internal void Leave() => turns.Release();

    public void Dispose() => turns.Dispose();

    private async ValueTask<Turn> WaitAsync(TimeSpan? patience, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref waiting) > queueLimit)
        {
            Interlocked.Decrement(ref waiting);
            return Turn.QueueFull;
        }

        metrics.Queued(1);
        try
        {
            if (patience is not { } span)
            {
                await turns.WaitAsync(cancellation);
                return Turn.Granted;
            }

            using var limit = new TimeLimit(span, time, cancellation);
            await turns.WaitAsync(limit.Token);
            return Turn.Granted;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Turn.Late;
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
            metrics.Queued(-1);
        }
    }
}
