using System.Collections.Concurrent;
using ModelServing.Contracts;
using ModelServing.Inference.Features;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Recording;

namespace ModelServing.Inference.Models;

/// <summary>What the calls of the model share: the turns, the watch over them, and the memory of their answers.</summary>
internal sealed class ModelCalls(
    InferenceSettings settings,
    RunWatch watch,
    InferenceMetrics metrics,
    TimeProvider time,
    PredictionRecorder? recorder = null,
    FeatureResolver? features = null)
    : IDisposable
{
    private const int MaxPooledAnswers = 64;

    private readonly ConcurrentBag<InferAnswer> answers = [];

    internal RunGate Gate { get; } = new(
        settings.Concurrency > 0 ? settings.Concurrency : Environment.ProcessorCount, settings.QueueLimit, metrics, time);

    internal RunWatch Watch => watch;

    internal InferenceMetrics Metrics => metrics;

    internal TimeProvider Time => time;

    /// <summary>Finds features; null without a cache.</summary>
    internal FeatureResolver? Features => features;

    /// <summary>Records predictions; null for none.</summary>
    internal PredictionRecorder? Recorder => recorder;

    public void Dispose()
    {
        Gate.Dispose();
        // A call that goes on must not find a disposed answer here.
        while (answers.TryTake(out var answer))
            answer.Dispose();
    }

    /// <summary>Takes memory for an answer from the pool.</summary>
    internal InferAnswer RentAnswer() => answers.TryTake(out var answer) ? answer : new InferAnswer();

    /// <summary>Frees an answer's memory but for a small rest, which is used again.</summary>
    internal void ReturnAnswer(InferAnswer answer)
    {
        answer.Clear();
        if (answers.Count < MaxPooledAnswers)
            answers.Add(answer);
        else
            answer.Dispose();
    }
}
