using ModelServing.Inference.Batching;
using ModelServing.Inference.Models;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>A call without a model. Its task ends when it leads a batch, or is refused.</summary>
internal sealed class SomeCall : QueuedCall
{
    private readonly TaskCompletionSource<Outcome> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal SomeCall(
        CallerGroup caller,
        long deadline = long.MaxValue,
        int rows = 1,
        int mostRows = 0,
        int mostCalls = int.MaxValue,
        CancellationToken left = default)
        : base(caller, deadline, left)
    {
        Rows = rows;
        MostRows = mostRows;
        MostCalls = mostCalls;
    }

    internal string Shape { get; init; } = "";

    internal Task<Outcome> Outcome => outcome.Task;

    /// <summary>The outcome, if it has one yet: a gate that decides at once needs no waiting.</summary>
    internal Outcome? Now => outcome.Task.IsCompletedSuccessfully ? outcome.Task.Result : null;

    /// <summary>Gets the batch that it leads.</summary>
    internal Action<Batch>? Begins { get; init; }

    /// <summary>The batch that it leads; null for none.</summary>
    internal Batch? Batch { get; private set; }

    /// <summary>It shares no turn any more.</summary>
    internal void RunsAlone() => MostRows = 0;

    internal override bool Fits(QueuedCall lead) => Shape == ((SomeCall)lead).Shape;

    internal override void Begin(Batch batch)
    {
        Batch = batch;
        outcome.TrySetResult(Batching.Outcome.Granted);
        Begins?.Invoke(batch);
    }

    internal override void Refuse(Turn why) => outcome.TrySetResult(why switch
    {
        Turn.QueueFull => Batching.Outcome.QueueFull,
        Turn.QueueTooLong => Batching.Outcome.QueueTooLong,
        _ => Batching.Outcome.TimedOut,
    });
}
