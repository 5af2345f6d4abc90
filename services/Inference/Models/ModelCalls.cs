using System.Collections.Concurrent;
using ModelServing.Inference.Batching;
using ModelServing.Inference.Features;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Recording;

namespace ModelServing.Inference.Models;

/// <summary>What the calls of the model share: the turns, the watch over them, and the memory of their answers.</summary>
internal sealed class ModelCalls : IDisposable
{
    private const int MaxPooledAnswers = 64;

    // Runs that usually take longer keep the pool's threads from requests that arrive: with a thread for each processor, and as many runs,
    // a request would wait for the end of a run before it is read, and so would its refusal.
    private static readonly TimeSpan Blocks = TimeSpan.FromMilliseconds(1);
    private const int Weight = 16;

    private readonly ConcurrentBag<InferAnswer> answers = [];
    private readonly int turns;
    private int pooled;
    private int requests;
    private long usualRun;
    private readonly PoolRoom room = new();
    private readonly RunShare share;
    private readonly RequestMemory memory;

    public ModelCalls(
        VersionSettings settings,
        RunWatch watch,
        InferenceMetrics metrics,
        RequestMemory memory,
        TimeProvider time,
        PredictionRecorder? recorder = null,
        FeatureResolver? features = null)
    {
        Watch = watch;
        Metrics = metrics;
        this.memory = memory;
        Time = time;
        Recorder = recorder;
        Features = features;
        turns = settings.Host.Concurrency > 0 ? settings.Host.Concurrency : Environment.ProcessorCount;
        share = new RunShare(turns, time);
        Gate = new(turns, settings.Host.QueueLimit, time, () => HasTurnForEach ? turns : share.Wanted);
        metrics.Waiting = () => Gate.Waiting;
    }

    internal RunGate Gate { get; }

    internal RunWatch Watch { get; }

    internal InferenceMetrics Metrics { get; }

    internal TimeProvider Time { get; }

    /// <summary>Finds features; null without a cache.</summary>
    internal FeatureResolver? Features { get; }

    /// <summary>Records predictions; null for none.</summary>
    internal PredictionRecorder? Recorder { get; }

    public void Dispose()
    {
        Gate.Dispose();
        room.Set(0);
        // A call that goes on must not find a disposed answer here.
        while (answers.TryTake(out var answer))
            answer.Dispose();
    }

    /// <summary>Whether there are no more requests than turns. Then none gains by sharing one.</summary>
    internal bool HasTurnForEach => Volatile.Read(ref requests) <= turns;

    /// <summary>A request has arrived.</summary>
    internal void Began() => Interlocked.Increment(ref requests);

    /// <summary>A request was answered.</summary>
    internal void Ended() => Interlocked.Decrement(ref requests);

    /// <summary>The model has run.</summary>
    /// <param name="elapsed">How long.</param>
    /// <param name="rows">For how many rows.</param>
    internal void Ran(TimeSpan elapsed, long rows)
    {
        Metrics.ModelRan(elapsed, rows);
        share.Ran(elapsed);
        // Two runs at the same time may lose one of the two measurements.
        var usual = Volatile.Read(ref usualRun);
        usual += (elapsed.Ticks - usual) / Weight;
        Volatile.Write(ref usualRun, usual);
        // Between the two limits nothing changes, so that threads do not come and go.
        if (usual > Blocks.Ticks)
            room.Set(turns);
        else if (usual < Blocks.Ticks / 2)
            room.Set(0);
    }

    /// <summary>Begins an answer, in memory from the pool.</summary>
    internal InferAnswer BeginAnswer(CallerGroup caller) =>
        memory.Begin(Take() ?? new InferAnswer(), caller);

    /// <summary>Frees an answer's memory but for a small rest, which is used again.</summary>
    internal void ReturnAnswer(InferAnswer answer)
    {
        answer.Clear();
        // The bag itself would stop all threads to count.
        if (Interlocked.Increment(ref pooled) <= MaxPooledAnswers)
        {
            answers.Add(answer);
            return;
        }

        Interlocked.Decrement(ref pooled);
        answer.Dispose();
    }

    private InferAnswer? Take()
    {
        if (!answers.TryTake(out var answer))
            return null;
        Interlocked.Decrement(ref pooled);
        return answer;
    }
}
