using System.Collections.Concurrent;
using ModelServing.Inference.Batching;
using ModelServing.Inference.Crashes;
using ModelServing.Inference.Features;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Recording;

namespace ModelServing.Inference.Models;

/// <summary>What the calls of the model share: the turns, the watch over them, and the memory of their answers.</summary>
internal sealed class ModelCalls : IDisposable
{
    private const int MaxPooledAnswers = 64;

    // Smaller batches cost more time for each row.
    private const int LeastTogether = 12;

    private readonly ConcurrentBag<InferAnswer> answers = [];
    private readonly SharedRuns runs;
    private int pooled;
    private int requests;
    private long lastBegan;
    private readonly RequestMemory memory;

    public ModelCalls(
        VersionSettings settings,
        SharedRuns runs,
        InferenceMetrics metrics,
        RequestMemory memory,
        PredictionRecorder? recorder = null,
        FeatureResolver? features = null,
        VersionRecord? record = null)
    {
        this.runs = runs;
        Metrics = metrics;
        this.memory = memory;
        Recorder = recorder;
        Record = record;
        Features = features;
        Gate = new(
            runs.Turns, settings.Host.QueueLimit, runs.Time, () => HasTurnForEach ? runs.Turns.Concurrency : runs.WantedTurns);
        Gate.IsSuspect = record?.IsSuspect == true;
        metrics.Waiting = () => Gate.Waiting;
    }

    internal RunGate Gate { get; }

    internal RunWatch Watch => runs.Watch;

    internal InferenceMetrics Metrics { get; }

    internal TimeProvider Time => runs.Time;

    /// <inheritdoc cref="SharedRuns.Threads"/>
    internal ThreadTime Threads => runs.Threads;

    /// <summary>Finds features; null without a cache.</summary>
    internal FeatureResolver? Features { get; }

    /// <summary>Records predictions; null for none.</summary>
    internal PredictionRecorder? Recorder { get; }

    /// <summary>Notes runs, for the process that follows if this one crashes; null for a version that shares no process.</summary>
    internal VersionRecord? Record { get; }

    public void Dispose()
    {
        Gate.Dispose();
        // A call that goes on must not find a disposed answer here.
        while (answers.TryTake(out var answer))
            answer.Dispose();
    }

    /// <summary>Whether there are no more requests than turns. Then none gains by sharing one.</summary>
    internal bool HasTurnForEach => Volatile.Read(ref requests) <= runs.Turns.Concurrency;

    /// <summary>Whether there are requests that are not answered.</summary>
    internal bool AreAny => Volatile.Read(ref requests) > 0;

    /// <summary>The timestamp of the last request.</summary>
    internal long LastBegan => Volatile.Read(ref lastBegan);

    /// <summary>How many calls may share a run: half of the requests that are here. While these run, the others are read and answered. If
    /// all were in one run, the other processors would have nothing to do, and this one nothing to run afterwards.</summary>
    internal int MostTogether =>
        runs.Turns.Concurrency == 1 ? int.MaxValue : Math.Max(LeastTogether, (Volatile.Read(ref requests) + 1) / 2);

    /// <summary>A request has arrived.</summary>
    internal void Began(long now)
    {
        Interlocked.Increment(ref requests);
        Volatile.Write(ref lastBegan, now);
    }

    /// <summary>A request was answered.</summary>
    internal void Ended() => Interlocked.Decrement(ref requests);

    /// <summary>Whether only one run goes on, of whichever version.</summary>
    internal bool IsOnlyRun => runs.Turns.IsOnlyOne;

    /// <summary>The model has run.</summary>
    /// <param name="elapsed">How long.</param>
    /// <param name="rows">For how many rows.</param>
    internal void Ran(TimeSpan elapsed, long rows)
    {
        Metrics.ModelRan(elapsed, rows);
        runs.Ran(elapsed);
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
