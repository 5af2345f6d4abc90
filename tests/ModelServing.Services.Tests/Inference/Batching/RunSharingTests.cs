using ModelServing.Inference.Batching;
using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>While fewer turns are enough for the runs, calls that come share the next of these.</summary>
public sealed class RunSharingTests : IDisposable
{
    private const int Most = 4;
    private static readonly CallerGroup One = CallerGroup.Client(0);
    private static readonly CallerGroup Other = CallerGroup.Client(1);

    private readonly SteppedTime time = new();
    private readonly RunGate gate;
    private int wanted = 1;

    public RunSharingTests() => gate = new RunGate(new SharedTurns(2, time), 100, time, () => wanted);

    public void Dispose() => gate.Dispose();

    [Fact]
    public void Calls_that_come_during_a_run_share_the_next_one_although_a_turn_is_free()
    {
        var running = Run(Enter(One));
        var (second, third) = (Enter(One), Enter(Other));
        Assert.Null(second.Batch);
        Assert.Equal(2, gate.Waiting);
        gate.Leave(running);
        // The group that had no turn yet leads.
        Assert.Equal([third, second], third.Batch!.Calls.ToArray());
    }

    [Fact]
    public void A_full_batch_does_not_wait()
    {
        Run(Enter(One));
        var waiting = Enumerable.Range(0, Most - 1).Select(_ => Enter(One)).ToList();
        Assert.All(waiting, static call => Assert.Null(call.Batch));
        var last = Enter(Other);
        Assert.Equal([last, .. waiting], last.Batch!.Calls.ToArray());
        Assert.Equal(0, gate.Waiting);
    }

    [Fact]
    public void If_all_turns_are_needed_for_the_runs_none_waits_for_others()
    {
        Run(Enter(One));
        wanted = 2;
        Assert.NotNull(Enter(One).Batch);
    }

    [Fact]
    public void A_call_that_can_share_no_run_and_one_that_is_pinned_do_not_wait()
    {
        Run(Enter(One));
        var alone = Enter(One, mostRows: 0);
        gate.Leave(Run(alone));
        Assert.NotNull(Enter(CallerGroup.Pinned).Batch);
    }

    [Fact]
    public void A_run_that_takes_long_keeps_nobody_waiting()
    {
        Run(Enter(One));
        var second = Enter(One);
        Assert.Null(second.Batch);
        time.Advance(RunGate.BlockedAfter);
        Assert.NotNull(second.Batch);
        Run(second);
        // The other turn has begun just now.
        time.Advance(RunGate.BlockedAfter);
        Assert.NotNull(Enter(Other).Batch);
    }

    [Fact]
    public void A_call_that_has_no_time_to_wait_begins()
    {
        gate.Leave(RunFor(milliseconds: 4));
        Run(Enter(One));
        Assert.Null(Enter(One, left: 100).Batch);
        Assert.NotNull(Enter(Other, left: 3).Batch);
    }

    private Batch RunFor(int milliseconds)
    {
        var batch = Run(Enter(One));
        time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return batch;
    }

    private Batch Run(SomeCall lead)
    {
        gate.Close(lead.Batch!);
        return lead.Batch!;
    }

    private SomeCall Enter(CallerGroup caller, int mostRows = Most, int? left = null)
    {
        var deadline = left is { } milliseconds
            ? time.GetTimestamp() + (milliseconds * TimeSpan.TicksPerMillisecond)
            : long.MaxValue;
        var call = new SomeCall(caller, deadline, mostRows: mostRows);
        gate.Enter(call);
        return call;
    }
}
