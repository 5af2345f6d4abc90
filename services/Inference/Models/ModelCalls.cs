using System.Collections.Concurrent;
using ModelServing.Contracts;
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

    private readonly ConcurrentBag<InferAnswer> answers = [];
    private readonly int turns;
    private int pooled;
    private int requests;
    private readonly RequestMemory memory;

    public ModelCalls(
        InferenceSettings settings,
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
        turns = settings.Concurrency > 0 ? settings.Concurrency : Environment.ProcessorCount;
        Gate = new(turns, settings.QueueLimit, time);
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
