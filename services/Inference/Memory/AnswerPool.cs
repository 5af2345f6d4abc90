using System.Collections.Concurrent;
using ModelServing.Inference.Protocol;

namespace ModelServing.Inference.Memory;

/// <summary>Answers that are used again. What is kept of each is small.</summary>
internal sealed class AnswerPool : IDisposable
{
    private const int Most = 64;

    private readonly ConcurrentBag<InferAnswer> answers = [];

    /// <summary>Takes an answer until the result is disposed of.</summary>
    internal Taken Take() => new(this, answers.TryTake(out var answer) ? answer : new InferAnswer());

    public void Dispose()
    {
        while (answers.TryTake(out var answer))
            answer.Dispose();
    }

    private void Return(InferAnswer answer)
    {
        answer.Clear();
        if (answers.Count < Most)
            answers.Add(answer);
        else
            answer.Dispose();
    }

    /// <summary>An answer in use.</summary>
    internal readonly struct Taken(AnswerPool pool, InferAnswer answer) : IDisposable
    {
        internal InferAnswer Answer => answer;

        public void Dispose() => pool.Return(answer);
    }
}
