using ModelServing.Contracts;
using ModelServing.Inference.Batching;

namespace ModelServing.Inference.Models;

/// <summary>What the runs of all versions of a process share: the turns, the watch over them, and what is known about how long they
/// take.</summary>
internal sealed class SharedRuns : IDisposable
{
    // Runs that usually take longer keep the pool's threads from requests that arrive: with a thread for each processor, and as many runs,
    // a request would wait for the end of a run before it is read, and so would its refusal.
    private static readonly TimeSpan Blocks = TimeSpan.FromMilliseconds(1);
    private const int Weight = 16;

    private readonly PoolRoom room = new();
    private readonly RunShare share;
    private long usualRun;

    public SharedRuns(InferenceSettings settings, RunWatch watch, TimeProvider time, ThreadTime threads)
    {
        Watch = watch;
        Time = time;
        Threads = threads;
        Turns = new SharedTurns(settings.Concurrency > 0 ? settings.Concurrency : Environment.ProcessorCount, time);
        share = new RunShare(Turns.Concurrency, time);
    }

    internal SharedTurns Turns { get; }

    internal RunWatch Watch { get; }

    internal TimeProvider Time { get; }

    /// <summary>The processor time of the threads that run.</summary>
    internal ThreadTime Threads { get; }

    /// <summary>How many turns are enough for the runs.</summary>
    internal int WantedTurns => share.Wanted;

    public void Dispose() => room.Set(0);

    /// <summary>A model has run.</summary>
    internal void Ran(TimeSpan elapsed)
    {
        share.Ran(elapsed);
        // Two runs at the same time may lose one of the two measurements.
        var usual = Volatile.Read(ref usualRun);
        usual += (elapsed.Ticks - usual) / Weight;
        Volatile.Write(ref usualRun, usual);
        // Between the two limits nothing changes, so that threads do not come and go.
        if (usual > Blocks.Ticks)
            room.Set(Turns.Concurrency);
        else if (usual < Blocks.Ticks / 2)
            room.Set(0);
    }
}
