using System.Collections.Concurrent;
using ModelServing.Inference.Batching;
using ModelServing.Inference.Models;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>A gate for calls that share no turn.</summary>
internal sealed class SomeGate(int concurrency, int queueLimit, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<CallerGroup, ConcurrentQueue<SomeCall>> calls = [];
    private readonly RunGate gate = new(new SharedTurns(concurrency, time), queueLimit, time);

    public void Dispose() => gate.Dispose();

    internal bool IsFull(CallerGroup caller) => gate.Refuses(caller, long.MaxValue) == Turn.QueueFull;

    internal bool IsLost(CallerGroup caller) => gate.IsLost(caller);

    internal void Lose(CallerGroup caller) => gate.Lose(caller);

    internal void Regain(CallerGroup caller) => gate.Regain(caller);

    internal async Task<Outcome> EnterAsync(TimeSpan? timeout, CallerGroup caller, CancellationToken left)
    {
        var deadline = timeout is { } longest
            ? time.GetTimestamp() + (long)(longest.TotalSeconds * time.TimestampFrequency)
            : long.MaxValue;
        var call = new SomeCall(caller, deadline, left: left);
        gate.Enter(call);
        var outcome = await call.Outcome;
        if (outcome == Outcome.Granted)
            calls.GetOrAdd(caller, static _ => []).Enqueue(call);
        return outcome;
    }

    /// <summary>Ends a turn of a group.</summary>
    internal void Leave(CallerGroup caller)
    {
        Assert.True(calls[caller].TryDequeue(out var call));
        gate.Leave(call.Batch!);
    }
}
