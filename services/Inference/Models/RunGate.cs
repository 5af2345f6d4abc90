using ModelServing.Contracts.Reliability;

namespace ModelServing.Inference.Models;

/// <summary>
/// Lets a fixed number of calls of the model run at a time, and a bounded number of requests wait for their turn. No group of callers can
/// keep the others from their turns. While no other group needs them, a group may have all turns and the whole queue.
/// </summary>
/// <remarks>
/// <code>
/// next turn    for the waiting group that has the fewest; of several, for the one whose last turn began longest ago
/// queue        if it is full, the newest request of the group with the most requests makes room for one of a group with fewer
/// long calls   once one group has had all turns for <see cref="BlockedAfter"/>, the others get one more, until a call of it ends
/// pinned       requests that name the version themselves have at most half of the turns and of the queue. If there is only one turn,
///              they have another one of their own
/// </code>
/// </remarks>
internal sealed class RunGate : IDisposable
{
    /// <summary>How long one group may have all turns, without one of its calls ending, before the others get another turn. It is below
    /// every limit at which an answer is slow: what a client does to others must not look like their version's fault.</summary>
    internal static readonly TimeSpan BlockedAfter = TimeSpan.FromMilliseconds(5);

    private readonly int concurrency;
    private readonly int queueLimit;
    private readonly int pinnedTurns;
    private readonly bool pinnedHaveOwnTurn;
    private readonly InferenceMetrics metrics;
    private readonly TimeProvider time;
    private readonly ITimer timer;

    // Guards all that follows.
    private readonly Lock changing = new();
    private readonly GroupTurns[] groups = [.. Enumerable.Range(0, CallerGroup.Count).Select(static _ => new GroupTurns())];
    private int held;
    private int lost;
    private int waiting;
    private long turns;
    private long allHeldSince;
    private bool isTimed;
    private GroupTurns? blocker;

    /// <param name="concurrency">The number of calls that may run at a time.</param>
    /// <param name="queueLimit">The number of requests that may wait.</param>
    /// <param name="metrics">Counts the waiting requests.</param>
    /// <param name="time">Measures the wait.</param>
    internal RunGate(int concurrency, int queueLimit, InferenceMetrics metrics, TimeProvider time)
    {
        this.concurrency = concurrency;
        this.queueLimit = queueLimit;
        this.metrics = metrics;
        this.time = time;
        pinnedTurns = Math.Max(1, concurrency / 2);
        pinnedHaveOwnTurn = concurrency == 1;
        timer = time.CreateTimer(
            static gate => ((RunGate)gate!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private GroupTurns Pinned => groups[CallerGroup.Pinned.Index];

    public void Dispose() => timer.Dispose();

    /// <summary>Whether a request that arrives now would be refused.</summary>
    internal bool IsFull(CallerGroup caller)
    {
        var group = groups[caller.Index];
        lock (changing)
        {
            FindBlocker();
            return !MayBegin(group) && !HasRoom(group) && FindVictim(group) is null;
        }
    }

    /// <summary>Whether calls that can't be ended hold every turn that a request could get.</summary>
    internal bool IsLost(CallerGroup caller)
    {
        var group = groups[caller.Index];
        lock (changing)
        {
            var areAllLost = lost > concurrency || (lost == concurrency && (blocker is null || blocker == group));
            return group == Pinned ? group.Lost >= pinnedTurns || (!pinnedHaveOwnTurn && areAllLost) : areAllLost;
        }
    }

    /// <summary>Waits for a turn.</summary>
    /// <param name="timeout">The longest wait; null means no limit. With a timeout of zero the caller has stopped waiting, so even a free
    /// turn is not taken.</param>
    /// <param name="caller">Whose request it is.</param>
    /// <param name="cancellation">Cancelled when the caller disconnects.</param>
    /// <exception cref="OperationCanceledException">The caller has disconnected.</exception>
    internal ValueTask<Turn> EnterAsync(TimeSpan? timeout, CallerGroup caller, CancellationToken cancellation)
    {
        if (timeout <= TimeSpan.Zero)
            return ValueTask.FromResult(Turn.TimedOut);
        var group = groups[caller.Index];
        WaitingRequest request;
        lock (changing)
        {
            FindBlocker();
            if (MayBegin(group))
            {
                Begin(group);
                return ValueTask.FromResult(Turn.Granted);
            }

            if (!HasRoom(group))
            {
                if (FindVictim(group) is not { } victim)
                    return ValueTask.FromResult(Turn.QueueFull);
                End(victim.Waiting.Last!.Value, Turn.QueueFull);
            }

            request = new WaitingRequest(this, group);
            request.Place = group.Waiting.AddLast(request);
            waiting++;
            StartTimer();
        }

        return WaitAsync(request, timeout, cancellation);
    }

    /// <summary>Ends a turn.</summary>
    internal void Leave(CallerGroup caller)
    {
        var group = groups[caller.Index];
        lock (changing)
        {
            group.Held--;
            if (UsesTurns(group))
                held--;
            if (blocker == group)
                blocker = null;
            Next();
        }
    }

    /// <summary>A call can't be ended, so its turn is lost for now.</summary>
    internal void Lose(CallerGroup caller) => AddLost(groups[caller.Index], 1);

    internal void Regain(CallerGroup caller) => AddLost(groups[caller.Index], -1);

    /// <summary>Takes a request from the queue, unless it is no longer there.</summary>
    internal void GiveUp(WaitingRequest request)
    {
        lock (changing)
            End(request, Turn.TimedOut);
    }

    private void AddLost(GroupTurns group, int change)
    {
        lock (changing)
        {
            group.Lost += change;
            if (UsesTurns(group))
                lost += change;
        }
    }

    private async ValueTask<Turn> WaitAsync(WaitingRequest request, TimeSpan? timeout, CancellationToken cancellation)
    {
        metrics.Queued(1);
        try
        {
            using var limit = timeout is { } longest ? new TimeLimit(longest, time, cancellation) : null;
            await using var giving = (limit?.Token ?? cancellation)
                .UnsafeRegister(static state => ((WaitingRequest)state!).GiveUp(), request);
            var turn = await request.Task;
            if (turn == Turn.TimedOut)
                cancellation.ThrowIfCancellationRequested();
            return turn;
        }
        finally
        {
            metrics.Queued(-1);
        }
    }

    private bool UsesTurns(GroupTurns group) => group != Pinned || !pinnedHaveOwnTurn;

    private bool MayBegin(GroupTurns group)
    {
        if (group == Pinned && group.Held >= pinnedTurns)
            return false;
        return !UsesTurns(group) || held < concurrency || (held == concurrency && blocker is not null && blocker != group);
    }

    private void Begin(GroupTurns group)
    {
        group.Held++;
        if (UsesTurns(group) && ++held == concurrency)
            allHeldSince = time.GetTimestamp();
        group.LastTurn = ++turns;
    }

    private void Next()
    {
        while (waiting > 0)
        {
            GroupTurns? next = null;
            foreach (var group in groups)
            {
                if (group.Waiting.Count > 0 && MayBegin(group)
                    && (next is null || (group.Held, group.LastTurn).CompareTo((next.Held, next.LastTurn)) < 0))
                    next = group;
            }

            if (next is null)
                return;
            Begin(next);
            End(next.Waiting.First!.Value, Turn.Granted);
        }
    }

    private bool HasRoom(GroupTurns group) =>
        waiting < queueLimit && (group != Pinned || group.Waiting.Count < queueLimit / 2);

    // The group whose newest request makes room; null for none. The other group must have fewer requests afterwards, or two groups would
    // push each other out for ever.
    private GroupTurns? FindVictim(GroupTurns group)
    {
        if (waiting == 0 || (group == Pinned && group.Waiting.Count >= queueLimit / 2))
            return null;
        var most = group;
        foreach (var other in groups)
        {
            if (other.Waiting.Count > 0 && other.Requests > most.Requests)
                most = other;
        }

        return most.Requests > group.Requests + 1 ? most : null;
    }

    private void End(WaitingRequest request, Turn turn)
    {
        if (request.Place is not { } place)
            return;
        request.Group.Waiting.Remove(place);
        request.Place = null;
        waiting--;
        request.SetResult(turn);
    }

    private void StartTimer()
    {
        if (isTimed)
            return;
        isTimed = true;
        timer.Change(BlockedAfter, BlockedAfter);
    }

    private void FindBlocker()
    {
        if (blocker is null && held == concurrency && time.GetElapsedTime(allHeldSince) >= BlockedAfter)
            blocker = Array.Find(groups, group => UsesTurns(group) && group.Held == concurrency);
    }

    // For the requests that were there before the time was over.
    private void Check()
    {
        lock (changing)
        {
            FindBlocker();
            Next();
            if (waiting > 0)
                return;
            isTimed = false;
            timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
