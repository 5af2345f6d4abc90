using System.Runtime.InteropServices;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Batching;

/// <summary>
/// Lets a fixed number of runs of the model go on at a time, and a bounded number of calls wait for their turn. A call that waits shares
/// the turn of another one, if it fits into its batch. No group of callers can keep the others from their turns. While no other group needs
/// them, a group may have all turns and the whole queue.
/// </summary>
/// <remarks>
/// <code>
/// next turn    for the waiting group that leads the fewest; of several, for the one whose last turn began longest ago
/// batch        the call whose turn it is takes others that wait, from each group in turn. Until the run begins, new calls join it
/// queue        if it is full, the newest call of the group with the most calls makes room for one of a group with fewer. A call whose run
///              would not end in time does not wait for its turn
/// sharing      while fewer turns are enough for the runs, a call waits for the next of these, unless it fills a batch
/// long calls   once one group has had all turns for <see cref="BlockedAfter"/>, the others get one more, until a run of it ends
/// pinned       requests that name the version themselves have at most half of the turns and of the queue, and batches of their own. If
///              there is only one turn, they have another one
/// </code>
/// </remarks>
internal sealed class RunGate : IDisposable
{
    /// <summary>How long one group may have all turns, without one of its runs ending, before the others get another turn. It is below
    /// every limit at which an answer is slow: what a client does to others must not look like their version's fault.</summary>
    internal static readonly TimeSpan BlockedAfter = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a group shares no batch with others after a call of it has made one fail.</summary>
    internal static readonly TimeSpan SharesNothingFor = TimeSpan.FromSeconds(1);

    private readonly TimeProvider time;
    private readonly ITimer timer;
    private readonly SharedTurns shared;

    // Guards all that follows.
    private readonly Lock changing;
    private readonly GroupTurns[] groups =
        [.. Enumerable.Range(0, CallerGroup.Count).Select(static index => new GroupTurns(index == CallerGroup.Pinned.Index))];
    private readonly CallQueue queue;
    private readonly OpenBatches open;
    private readonly HeldTurns turns;
    private readonly RunSharing sharing;
    private bool isTimed;
    private bool isWaiting;
    private GroupTurns? next;

    /// <param name="shared">The turns, which other versions may share.</param>
    /// <param name="queueLimit">The number of calls that may wait.</param>
    /// <param name="time">Measures the wait.</param>
    /// <param name="wanted">Says how many turns are enough for the runs; null for all.</param>
    internal RunGate(SharedTurns shared, int queueLimit, TimeProvider time, Func<int>? wanted = null)
    {
        this.shared = shared;
        this.time = time;
        changing = shared.Changing;
        queue = new CallQueue(queueLimit);
        open = new OpenBatches(groups, queue);
        turns = new HeldTurns(groups, shared.Concurrency);
        sharing = new RunSharing(wanted ?? (() => shared.Concurrency), (long)(BlockedAfter.TotalSeconds * time.TimestampFrequency));
        timer = time.CreateTimer(
            static gate => ((RunGate)gate!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many calls wait.</summary>
    internal int Waiting => queue.Count;

    /// <summary>Whether its version may have made an earlier process crash.</summary>
    internal bool IsSuspect { get; set; }

    /// <summary>The shared turns that its calls have.</summary>
    internal int Held { get; private set; }

    /// <summary>The number of its last turn, in the order in which the shared turns began; 0 for none.</summary>
    internal long LastTurn { get; set; }

    public void Dispose() => timer.Dispose();

    /// <summary>Why a call that arrives now would be refused; null if it would not.</summary>
    /// <param name="caller">Whose call it is.</param>
    /// <param name="deadline">The timestamp at which its time is over.</param>
    internal Turn? Refuses(CallerGroup caller, long deadline)
    {
        // Nearly always. Then nothing needs to be locked.
        if (queue.Count == 0)
            return null;
        var group = groups[caller.Index];
        var now = time.GetTimestamp();
        lock (changing)
        {
            shared.FindBlocker();
            return open.Any || MayBegin(group) ? null : WhyNotQueue(group, turns.Forecast(group, rows: 1, now), deadline - now);
        }
    }

    /// <summary>Whether runs that can't be ended hold every turn that a call could get.</summary>
    internal bool IsLost(CallerGroup caller)
    {
        var group = groups[caller.Index];
        if (shared.Lost.AreNone(group))
            return false;
        lock (changing)
            return shared.Lost.AreAllOf(group, shared.HasExtra(this, group));
    }

    /// <summary>Lets a call wait for its turn. It gets <see cref="QueuedCall.Begin"/> or <see cref="QueuedCall.Refuse"/>, now or later, or
    /// joins the batch of another call.</summary>
    internal void Enter(QueuedCall call)
    {
        var group = groups[call.Caller.Index];
        var now = time.GetTimestamp();
        QueuedCall? refused = null;
        var why = Turn.QueueFull;
        Batch? begun = null;
        lock (changing)
        {
            shared.FindBlocker();
            if (call.IsOver(now))
                (refused, why) = (call, Turn.TimedOut);
            else if (open.TryJoin(call, group, now))
                return;
            else if (MayBegin(group) is var mayBegin && mayBegin && !sharing.Waits(call, Held, queue.Count + 1, now))
                begun = Begin(call, group, now);
            else if (WhyNotQueue(group, call.Forecast = turns.Forecast(group, call.Rows, now), call.Left(now)) is not { } reason)
                refused = Queue(call, group);
            else if (mayBegin)
                begun = Begin(call, group, now);
            else
                (refused, why) = (call, reason);
        }

        refused?.Refuse(why);
        Batch.Start(begun);
    }

    /// <summary>The run of a batch begins, so no call joins it any more.</summary>
    internal void Close(Batch batch)
    {
        lock (changing)
            open.Close(batch);
    }

    /// <summary>Ends a turn.</summary>
    /// <param name="again">Calls of the batch that must run again, each of them alone. They wait before all others of their groups.</param>
    internal void Leave(Batch batch, ReadOnlySpan<QueuedCall> again = default)
    {
        var group = groups[batch.Lead.Caller.Index];
        Batch? begun;
        lock (changing)
        {
            var now = time.GetTimestamp();
            sharing.Changed(now);
            turns.End(batch, now);
            if (batch.IsOfSuspect)
                shared.SuspectRuns(false);
            group.Held--;
            if (UsesTurns(group))
            {
                Held--;
                shared.End(this, group);
            }

            // What ran twice tells nothing about the wait.
            if (again.IsEmpty)
                turns.Measure(batch.Calls, now);
            else
                StartTimer();
            for (var i = again.Length - 1; i >= 0; i--)
                queue.AddFirst(again[i], groups[again[i].Caller.Index]);
            Changed();
            begun = shared.BeginNext(now);
        }

        Batch.Start(begun);
    }

    /// <summary>Takes a turn away until its run, which can't be ended, has ended by itself.</summary>
    internal void Lose(CallerGroup caller)
    {
        lock (changing)
            shared.Lost.Add(groups[caller.Index], 1);
    }

    internal void Regain(CallerGroup caller)
    {
        lock (changing)
            shared.Lost.Add(groups[caller.Index], -1);
    }

    /// <summary>A call of this group has made a batch fail.</summary>
    internal void Spoils(CallerGroup caller)
    {
        lock (changing)
            groups[caller.Index].SharesFrom = time.GetTimestamp() + (long)(SharesNothingFor.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>The group that has this many turns; null for none.</summary>
    internal GroupTurns? FindGroupWith(int count) => Array.Find(groups, group => UsesTurns(group) && group.Held == count);

    /// <summary>Finds the group that gets the next turn of this version; false if none can have one now.</summary>
    internal bool FindNext(long now)
    {
        next = queue.FindNext(this);
        return next is not null && !sharing.Waits(next.Waiting.First!.Value, Held, queue.Count, now);
    }

    /// <summary>Begins the turn of the group that was found.</summary>
    internal Batch BeginFound(long now)
    {
        var (group, lead) = (next!, next!.Waiting.First!.Value);
        queue.Take(lead, group, now);
        return Begin(lead, group, now);
    }

    private bool UsesTurns(GroupTurns group) => !group.IsPinned || !shared.Lost.PinnedHaveOwnTurn;

    /// <summary>Whether a group may have a turn now.</summary>
    internal bool MayBegin(GroupTurns group) =>
        !(group.IsPinned && group.Held >= shared.Lost.PinnedTurns)
        && (!UsesTurns(group) || shared.MayBegin(this, group))
        && !shared.MustWait(this);

    // The queue has changed.
    private void Changed()
    {
        if (queue.Count > 0 != isWaiting)
            shared.Waits(this, isWaiting = !isWaiting);
    }

    private Batch Begin(QueuedCall lead, GroupTurns group, long now)
    {
        group.Held++;
        if (UsesTurns(group))
        {
            Held++;
            shared.Begin(this, now);
        }

        sharing.Changed(now);
        var batch = open.Begin(lead, group, now);
        turns.Begin(batch, now);
        if (batch.IsOfSuspect = IsSuspect)
            shared.SuspectRuns(true);
        // It may have taken calls that waited.
        Changed();
        return batch;
    }

    private Turn? WhyNotQueue(GroupTurns group, in Forecast forecast, long left) =>
        forecast.IsTooLong(left, group.Margin.Value) ? Turn.QueueTooLong
        : !queue.HasRoom(group) && queue.FindVictim(group) is null ? Turn.QueueFull
        : null;

    // Returns the call that must make room for it, if any.
    private QueuedCall? Queue(QueuedCall call, GroupTurns group)
    {
        var victim = queue.HasRoom(group) ? null : queue.FindVictim(group);
        if (victim is not null)
            queue.Remove(victim, groups[victim.Caller.Index]);
        queue.Add(call, group);
        Changed();
        StartTimer();
        return victim;
    }

    private void StartTimer()
    {
        if (isTimed)
            return;
        isTimed = true;
        timer.Change(BlockedAfter, BlockedAfter);
    }

    // For the calls that were there before the time was over.
    private void Check()
    {
        List<QueuedCall> over;
        Batch? begun;
        lock (changing)
        {
            var now = time.GetTimestamp();
            over = queue.TakeOver(now);
            turns.Measure(CollectionsMarshal.AsSpan(over), now);
            Changed();
            shared.FindBlocker();
            begun = shared.BeginNext(now);
            if (queue.Count == 0)
            {
                isTimed = false;
                timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        foreach (var call in over)
            call.Refuse(Turn.TimedOut);
        Batch.Start(begun);
    }
}
