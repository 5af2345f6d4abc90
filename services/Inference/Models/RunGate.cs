using ModelServing.Contracts.Reliability;

namespace ModelServing.Inference.Models;

/// <summary>
/// Lets a fixed number of calls of the model run at a time, and a bounded number of requests wait for their turn. Pinned requests, which
/// name the version themselves, get at most half of the turns and at most half of the queue, so they can't keep the requests waiting that a
/// rollout assigned. If there is only one turn, pinned requests have another one of their own.
/// </summary>
/// <param name="concurrency">The number of calls that may run at a time.</param>
/// <param name="queueLimit">The number of requests that may wait.</param>
/// <param name="metrics">Counts the waiting requests.</param>
/// <param name="time">Measures the wait.</param>
internal sealed class RunGate(int concurrency, int queueLimit, InferenceMetrics metrics, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim turns = new(concurrency);

    // A pinned request first needs a place here, and then a turn. So few of them are ever in the queue for a turn.
    private readonly SemaphoreSlim pinnedTurns = new(Math.Max(1, concurrency / 2));
    private readonly bool pinnedHaveOwnTurn = concurrency == 1;
    private readonly int pinnedQueueLimit = queueLimit / 2;
    private int waiting;
    private int pinnedWaiting;
    private int lost;
    private int pinnedLost;

    public void Dispose()
    {
        turns.Dispose();
        pinnedTurns.Dispose();
    }

    /// <summary>Whether a request that arrives now would be refused.</summary>
    internal bool IsFull(bool isPinned)
    {
        var needsTurn = !isPinned || !pinnedHaveOwnTurn;
        var mustWait = (needsTurn && turns.CurrentCount == 0) || (isPinned && pinnedTurns.CurrentCount == 0);
        return mustWait && (Volatile.Read(ref waiting) >= queueLimit
            || (isPinned && Volatile.Read(ref pinnedWaiting) >= pinnedQueueLimit));
    }

    /// <summary>Whether calls that can't be ended hold every turn that a request could get.</summary>
    internal bool IsLost(bool isPinned) => isPinned
        ? Volatile.Read(ref pinnedLost) >= Math.Max(1, concurrency / 2) || (!pinnedHaveOwnTurn && HasLostAll)
        : HasLostAll;

    /// <summary>Waits for a turn.</summary>
    /// <param name="timeout">The longest wait; null means no limit. With a timeout of zero the caller has stopped waiting, so even a free
    /// turn is not taken.</param>
    /// <param name="cancellation">Cancelled when the caller disconnects.</param>
    /// <param name="isPinned">Whether the request is pinned.</param>
    /// <exception cref="OperationCanceledException">The caller has disconnected.</exception>
    internal ValueTask<Turn> EnterAsync(TimeSpan? timeout, CancellationToken cancellation, bool isPinned = false)
    {
        if (timeout <= TimeSpan.Zero)
            return ValueTask.FromResult(Turn.TimedOut);
        var hasPlace = !isPinned || pinnedTurns.Wait(0, CancellationToken.None);
        var hasTurn = hasPlace && ((isPinned && pinnedHaveOwnTurn) || turns.Wait(0, CancellationToken.None));
        return hasTurn ? ValueTask.FromResult(Turn.Granted) : WaitAsync(timeout, isPinned, hasPlace, cancellation);
    }

    internal void Leave(bool isPinned = false)
    {
        try
        {
            if (!isPinned || !pinnedHaveOwnTurn)
                turns.Release();
            if (isPinned)
                pinnedTurns.Release();
        }
        catch (ObjectDisposedException)
        {
            // A call that could not be ended has ended after the host.
        }
    }

    /// <summary>A call can't be ended, so its turn is lost for now.</summary>
    internal void Lose(bool isPinned) => AddLost(isPinned, 1);

    internal void Regain(bool isPinned) => AddLost(isPinned, -1);

    private bool HasLostAll => Volatile.Read(ref lost) >= concurrency;

    private void AddLost(bool isPinned, int change)
    {
        if (!isPinned || !pinnedHaveOwnTurn)
            Interlocked.Add(ref lost, change);
        if (isPinned)
            Interlocked.Add(ref pinnedLost, change);
    }

    private async ValueTask<Turn> WaitAsync(TimeSpan? timeout, bool isPinned, bool hasPlace, CancellationToken cancellation)
    {
        if (!TryQueue(isPinned))
        {
            if (isPinned && hasPlace)
                pinnedTurns.Release();
            return Turn.QueueFull;
        }

        var isGranted = false;
        metrics.Queued(1);
        try
        {
            using var limit = timeout is { } longest ? new TimeLimit(longest, time, cancellation) : null;
            var token = limit?.Token ?? cancellation;
            if (!hasPlace)
            {
                await pinnedTurns.WaitAsync(token);
                hasPlace = true;
            }

            if (!isPinned || !pinnedHaveOwnTurn)
                await turns.WaitAsync(token);
            isGranted = true;
            return Turn.Granted;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Turn.TimedOut;
        }
        finally
        {
            if (!isGranted && isPinned && hasPlace)
                pinnedTurns.Release();
            LeaveQueue(isPinned);
            metrics.Queued(-1);
        }
    }

    // The pinned requests' part comes first: one that is refused takes no place in the queue, not even for a moment.
    private bool TryQueue(bool isPinned)
    {
        if (isPinned && Interlocked.Increment(ref pinnedWaiting) > pinnedQueueLimit)
        {
            Interlocked.Decrement(ref pinnedWaiting);
            return false;
        }

        if (Interlocked.Increment(ref waiting) <= queueLimit)
            return true;
        LeaveQueue(isPinned);
        return false;
    }

    private void LeaveQueue(bool isPinned)
    {
        Interlocked.Decrement(ref waiting);
        if (isPinned)
            Interlocked.Decrement(ref pinnedWaiting);
    }
}
