using ModelServing.Inference.Batching;
using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>Whom the long runs of a group of callers have refused.</summary>
public sealed class LongRunsTests
{
    private static readonly CallerGroup Slow = CallerGroup.Client(3);
    private static readonly CallerGroup AlsoSlow = CallerGroup.Client(4);
    private static readonly CallerGroup One = CallerGroup.Client(0);

    private readonly SteppedTime time = new();

    [Fact]
    public void While_one_group_has_all_turns_its_own_calls_are_refused_and_those_of_others_get_a_turn()
    {
        using var gate = Gate(turns: 1);
        Run(gate, Slow);
        Assert.Equal(Outcome.QueueTooLong, Enter(gate, Slow, 500).Now);
        Assert.Null(gate.Refuses(One, In(50)));
        var one = Enter(gate, One, 50);
        Assert.False(one.Outcome.IsCompleted);
        time.Advance(RunGate.BlockedAfter);
        Assert.Equal(Outcome.Granted, one.Now);
    }

    [Fact]
    public void While_several_groups_have_all_turns_a_call_that_cannot_wait_for_one_is_refused_at_once()
    {
        using var gate = Gate(turns: 2);
        Run(gate, Slow);
        Run(gate, AlsoSlow);
        Assert.Equal(Outcome.QueueTooLong, Enter(gate, One, 50).Now);
        Assert.Equal(Outcome.QueueTooLong, Enter(gate, Slow, 500).Now);
        // It has the time to wait for the end of a run, which takes a second, or half a second longer.
        var patient = Enter(gate, One, 1501);
        Assert.False(patient.Outcome.IsCompleted);
        Assert.Equal(Turn.QueueTooLong, gate.Refuses(One, In(50)));
        Assert.Null(gate.Refuses(One, In(1501)));
    }

    [Fact]
    public void Once_a_long_run_has_ended_nobody_is_refused_for_it()
    {
        using var gate = Gate(turns: 1);
        var running = Run(gate, Slow);
        var next = Enter(gate, Slow, 5000);
        Assert.Equal(Outcome.QueueTooLong, Enter(gate, Slow, 500).Now);
        gate.Leave(running);
        Assert.Equal(Outcome.Granted, next.Now);
        gate.Leave(next.Batch!);
        Assert.Equal(Outcome.Granted, Enter(gate, Slow, 500).Now);
    }

    // A gate at which runs of both groups took a second.
    private RunGate Gate(int turns)
    {
        var gate = new RunGate(new SharedTurns(turns, time), 100, time);
        foreach (var group in (CallerGroup[])[Slow, AlsoSlow])
        {
            var running = Run(gate, group);
            time.Advance(TimeSpan.FromSeconds(1));
            gate.Leave(running);
        }

        return gate;
    }

    private Batch Run(RunGate gate, CallerGroup group)
    {
        var call = Enter(gate, group, 60_000);
        gate.Close(call.Batch!);
        return call.Batch!;
    }

    private SomeCall Enter(RunGate gate, CallerGroup group, int milliseconds)
    {
        var call = new SomeCall(group, In(milliseconds));
        gate.Enter(call);
        return call;
    }

    private long In(int milliseconds) => time.GetTimestamp() + (milliseconds * TimeSpan.TicksPerMillisecond);
}
