namespace ModelServing.Inference.Batching;

/// <summary>
/// The turns of a process, which the versions of a pool share: a fixed number of runs go on at a time, of whichever versions. No version
/// can keep the others from their turns. While no other version needs them, one may have all of them. A process of one version has it too,
/// and shares with no other.
/// </summary>
/// <remarks>
/// <code>
/// next turn    for the version that has the fewest; of several, for the one whose last turn began longest ago. Within the version, its
///              gate decides (<see cref="RunGate"/>)
/// long calls   once one version has had all turns for <see cref="RunGate.BlockedAfter"/>, the others get one more, until a run of it ends
/// </code>
/// </remarks>
/// <param name="concurrency">The number of runs that may go on at a time.</param>
/// <param name="time">Measures how long one version has all turns.</param>
internal sealed class SharedTurns(int concurrency, TimeProvider time)
{
    private readonly TimeProvider time = time;
    private readonly List<RunGate> waiting = [];
    private int held;
    private long turns;
    private long allHeldSince;
    private bool suspectRuns;
    private RunGate? full;
    private RunGate? blocker;
    private GroupTurns? blockingGroup;

    /// <summary>The number of runs that may go on at a time.</summary>
    internal int Concurrency => concurrency;

    /// <summary>Guards the turns and all gates. With a lock for each gate, a turn could not pass from one to another in one step.</summary>
    internal Lock Changing { get; } = new();

    /// <summary>The turns whose runs can't be ended.</summary>
    internal LostTurns Lost { get; } = new(concurrency);

    /// <summary>Whether no other run goes on but one. Then no other call uses their memory.</summary>
    internal bool IsOnlyOne
    {
        get
        {
            lock (Changing)
                return held <= 1;
        }
    }

    /// <summary>Whether a group of a gate may have a turn now.</summary>
    internal bool MayBegin(RunGate gate, GroupTurns group) =>
        held < concurrency || (held == concurrency && HasExtra(gate, group));

    /// <summary>Whether a group of a gate may have a turn more than there are, because another one blocks all of them.</summary>
    internal bool HasExtra(RunGate gate, GroupTurns group) =>
        blocker is not null && (blocker != gate || (blockingGroup is not null && blockingGroup != group));

    /// <summary>Whether a gate must wait for the end of another suspect's run. Never do two suspects run at a time
    /// (<see cref="Crashes.CrashState"/>).</summary>
    internal bool MustWait(RunGate gate) => gate.IsSuspect && suspectRuns;

    /// <summary>Waits until no suspect runs, and keeps the others waiting until the returned object is disposed of.</summary>
    internal async Task<IDisposable> TakeSuspectTurnAsync(CancellationToken cancellation)
    {
        while (!TryTakeSuspectTurn())
            await Task.Delay(RunGate.BlockedAfter, time, cancellation);
        return new SuspectTurn(this);
    }

    /// <summary>A suspect begins to run, or ends.</summary>
    internal void SuspectRuns(bool runs) => suspectRuns = runs;

    private bool TryTakeSuspectTurn()
    {
        lock (Changing)
            return !suspectRuns && (suspectRuns = true);
    }

    private sealed class SuspectTurn(SharedTurns turns) : IDisposable
    {
        public void Dispose()
        {
            Batch? begun;
            lock (turns.Changing)
            {
                turns.suspectRuns = false;
                begun = turns.BeginNext(turns.time.GetTimestamp());
            }

            Batch.Start(begun);
        }
    }

    /// <summary>A turn of a gate begins.</summary>
    internal void Begin(RunGate gate, long now)
    {
        gate.LastTurn = ++turns;
        if (++held != concurrency)
            return;
        allHeldSince = now;
        full = gate.Held == concurrency ? gate : null;
    }

    /// <summary>A turn of a gate ends.</summary>
    /// <param name="gate">Whose turn it was.</param>
    /// <param name="group">The group that led it.</param>
    internal void End(RunGate gate, GroupTurns group)
    {
        held--;
        if (blocker == gate && (blockingGroup is null || blockingGroup == group))
            (blocker, blockingGroup) = (null, null);
    }

    /// <summary>Finds out whether one version, or one group of it, has had all turns for too long.</summary>
    internal void FindBlocker()
    {
        if (blocker is not null
            || held != concurrency
            || full?.Held != concurrency
            || time.GetElapsedTime(allHeldSince) < RunGate.BlockedAfter)
            return;
        blockingGroup = full.FindGroupWith(concurrency);
        blocker = full;
    }

    /// <summary>A gate has calls that wait, or has none any more.</summary>
    internal void Waits(RunGate gate, bool hasCalls)
    {
        if (hasCalls)
            waiting.Add(gate);
        else
            waiting.Remove(gate);
    }

    /// <summary>Begins all turns that can begin now. Returns their batches, of which the caller starts the runs.</summary>
    internal Batch? BeginNext(long now)
    {
        Batch? begun = null;
        while (true)
        {
            RunGate? next = null;
            foreach (var gate in waiting)
            {
                if (gate.FindNext(now) && (next is null || (gate.Held, gate.LastTurn).CompareTo((next.Held, next.LastTurn)) < 0))
                    next = gate;
            }

            if (next is null)
                return begun;
            var batch = next.BeginFound(now);
            batch.Next = begun;
            begun = batch;
        }
    }
}
