using ModelServing.Inference.Batching;
using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>Calls that wait share a turn, as far as they fit together and no group loses by it.</summary>
public sealed class BatchingTests : IDisposable
{
    private const int Most = 8;
    private static readonly CallerGroup Flood = CallerGroup.Client(3);
    private static readonly CallerGroup One = CallerGroup.Client(0);
    private static readonly CallerGroup Other = CallerGroup.Client(31);

    private readonly SteppedTime time = new();
    private readonly RunGate gate;

    public BatchingTests() => gate = new RunGate(new SharedTurns(1, time), 100, time);

    public void Dispose() => gate.Dispose();

    [Fact]
    public void A_call_that_comes_first_begins_at_once_and_others_join_until_its_run_begins()
    {
        var first = Enter(Flood);
        Assert.NotNull(first.Batch);
        var second = Enter(One);
        Assert.Null(second.Batch);
        Assert.Equal([first, second], first.Batch.Calls.ToArray());
        Assert.Equal(0, gate.Waiting);

        gate.Close(first.Batch);
        var third = Enter(One);
        Assert.Equal(1, gate.Waiting);
        gate.Leave(first.Batch);
        Assert.Equal([third], third.Batch!.Calls.ToArray());
    }

    [Fact]
    public void A_batch_takes_what_waits_up_to_the_most_rows()
    {
        var running = Run(Enter(Flood));
        var waiting = Enumerable.Range(0, 5).Select(_ => Enter(Flood, rows: 2)).ToList();
        gate.Leave(running);
        Assert.Equal(waiting[..4], waiting[0].Batch!.Calls.ToArray());
        Assert.Equal(8, waiting[0].Batch!.Rows);
        // It is full, so a new call does not join it.
        var late = Enter(Flood);
        Assert.DoesNotContain(late, waiting[0].Batch!.Calls.ToArray());
        gate.Leave(Run(waiting[0]));
        Assert.Equal([waiting[4], late], waiting[4].Batch!.Calls.ToArray());
    }

    [Fact]
    public void Calls_of_other_shapes_and_those_that_run_alone_wait_for_turns_of_their_own_and_hide_no_others()
    {
        var running = Run(Enter(Flood));
        var alone = Enter(Flood, mostRows: 0);
        var (one, otherShape, two) = (Enter(Flood), Enter(Flood, shape: "other"), Enter(Flood));
        gate.Leave(running);
        Assert.Equal([alone], alone.Batch!.Calls.ToArray());
        gate.Leave(Run(alone));
        Assert.Equal([one, two], one.Batch!.Calls.ToArray());
        gate.Leave(Run(one));
        Assert.Equal([otherShape], otherShape.Batch!.Calls.ToArray());
    }

    [Fact]
    public void A_batch_takes_from_each_group_in_turn_so_that_none_fills_it_while_others_wait()
    {
        var running = Run(Enter(Flood));
        var flood = Enumerable.Range(0, 50).Select(_ => Enter(Flood)).ToList();
        var one = Enumerable.Range(0, 3).Select(_ => Enter(One)).ToList();
        var other = Enumerable.Range(0, 2).Select(_ => Enter(Other)).ToList();
        gate.Leave(running);
        var calls = one[0].Batch!.Calls.ToArray();
        Assert.Equal(Most, calls.Length);
        Assert.Subset(calls.ToHashSet(), one.Concat(other).ToHashSet<QueuedCall>());
        Assert.Equal(3, calls.Count(flood.Contains));
    }

    [Fact]
    public void Pinned_requests_share_no_batch_with_others()
    {
        var first = Enter(Flood);
        var pinned = Enter(CallerGroup.Pinned);
        Assert.NotNull(pinned.Batch);
        Assert.Equal([first], first.Batch!.Calls.ToArray());
        var second = Enter(CallerGroup.Pinned);
        Assert.Equal([pinned, second], pinned.Batch.Calls.ToArray());
    }

    [Fact]
    public void Calls_of_a_batch_that_failed_run_before_the_others_of_their_groups()
    {
        var calls = Enumerable.Range(0, 3).Select(_ => Enter(One)).ToList();
        var batch = Run(calls[0]);
        var waiting = Enter(One);
        foreach (var call in calls)
            call.RunsAlone();
        gate.Leave(batch, [.. calls]);
        foreach (var call in calls)
        {
            Assert.Equal([call], call.Batch!.Calls.ToArray());
            Assert.Null(waiting.Batch);
            gate.Leave(Run(call));
        }

        Assert.NotNull(waiting.Batch);
    }

    [Fact]
    public void A_group_that_made_a_batch_fail_shares_none_with_others_for_a_while()
    {
        gate.Spoils(Flood);
        var running = Run(Enter(One));
        var (one, flood, alsoFlood, alsoOne) = (Enter(One), Enter(Flood), Enter(Flood), Enter(One));
        gate.Leave(running);
        Assert.Equal([flood, alsoFlood], flood.Batch!.Calls.ToArray());
        gate.Leave(Run(flood));
        Assert.Equal([one, alsoOne], one.Batch!.Calls.ToArray());
        running = Run(one);
        time.Advance(RunGate.SharesNothingFor);
        var (laterOne, laterFlood) = (Enter(One), Enter(Flood));
        gate.Leave(running);
        Assert.Equal([laterFlood, laterOne], laterFlood.Batch!.Calls.ToArray());
    }

    [Fact]
    public void A_call_that_cannot_get_its_turn_in_time_is_refused_at_once()
    {
        var running = Run(Enter(Flood, mostRows: 0));
        var waiting = Enumerable.Range(0, 20).Select(_ => Enter(Flood, mostRows: 0)).ToList();
        // Each turn takes 10 ms.
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            gate.Leave(running);
            running = Run(waiting[i]);
        }

        // 15 wait, and a run has just begun. The forecast of 160 ms may be wrong by half, and the call itself takes 10 ms too.
        Assert.Equal(Outcome.QueueTooLong, Enter(Flood, left: 249, mostRows: 0).Now);
        Assert.Equal(Turn.QueueTooLong, gate.Refuses(Flood, InMilliseconds(249)));
        Assert.Null(gate.Refuses(Flood, InMilliseconds(250)));
        Assert.False(Enter(Flood, left: 250, mostRows: 0).Outcome.IsCompleted);
        // Another group does not wait behind these.
        Assert.False(Enter(One, left: 20, mostRows: 0).Outcome.IsCompleted);
    }

    [Fact]
    public void A_call_whose_run_cannot_end_in_time_is_refused_although_it_is_the_next()
    {
        time.Advance(TimeSpan.FromMilliseconds(100));
        gate.Leave(Run(EnterAndAdvance(milliseconds: 100)));
        var running = Run(Enter(Flood, mostRows: 0));
        time.Advance(TimeSpan.FromMilliseconds(40));
        // The run ends in 60 ms, which may be 90, and another takes 100 ms.
        Assert.Equal(Outcome.QueueTooLong, Enter(Flood, left: 189, mostRows: 0).Now);
        Assert.False(Enter(Flood, left: 190, mostRows: 0).Outcome.IsCompleted);
        // Whatever waits, a version with this time is too slow. It is to blame then, and not the queue.
        Assert.False(Enter(Flood, left: 99, mostRows: 0).Outcome.IsCompleted);
        gate.Leave(running);
    }

    [Fact]
    public void More_rows_than_usual_need_more_time()
    {
        gate.Leave(Run(EnterAndAdvance(milliseconds: 10)));
        Run(Enter(Flood, mostRows: 0));
        Assert.Equal(Outcome.QueueTooLong, Enter(Flood, rows: 20, left: 210, mostRows: 0).Now);
        Assert.False(Enter(Flood, rows: 20, left: 215, mostRows: 0).Outcome.IsCompleted);
        Assert.False(Enter(Flood, rows: 1, left: 30, mostRows: 0).Outcome.IsCompleted);
    }

    [Fact]
    public void A_few_long_calls_of_a_group_do_not_refuse_its_short_ones()
    {
        for (var i = 0; i < 40; i++)
            gate.Leave(Run(EnterAndAdvance(milliseconds: i % 4 == 0 ? 10_000 : 1)));
        Run(Enter(Flood, mostRows: 0));
        Assert.False(Enter(Flood, left: 20, mostRows: 0).Outcome.IsCompleted);
    }

    [Fact]
    public void What_was_measured_is_forgotten_when_nobody_waits()
    {
        var running = Run(Enter(Flood, mostRows: 0));
        foreach (var call in Enumerable.Range(0, 3).Select(_ => Enter(Flood, mostRows: 0)).ToList())
        {
            time.Advance(TimeSpan.FromSeconds(10));
            gate.Leave(running);
            running = Run(call);
        }

        Assert.Equal(0, gate.Waiting);
        // The run that goes on has taken as long as usual, so it may end at any time.
        time.Advance(TimeSpan.FromSeconds(10));
        Enter(Flood, mostRows: 0);
        var inTime = Enter(Flood, left: 100, mostRows: 0);
        Assert.False(inTime.Outcome.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(Outcome.TimedOut, inTime.Now);
    }

    private SomeCall EnterAndAdvance(int milliseconds)
    {
        var call = Enter(Flood, mostRows: 0);
        time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return call;
    }

    private long InMilliseconds(int milliseconds) => time.GetTimestamp() + (milliseconds * TimeSpan.TicksPerMillisecond);

    private Batch Run(SomeCall lead)
    {
        gate.Close(lead.Batch!);
        return lead.Batch!;
    }

    private SomeCall Enter(CallerGroup caller, int rows = 1, int mostRows = Most, string shape = "", int? left = null)
    {
        var deadline = left is { } milliseconds ? InMilliseconds(milliseconds) : long.MaxValue;
        var call = new SomeCall(caller, deadline, rows: rows, mostRows: mostRows) { Shape = shape };
        gate.Enter(call);
        return call;
    }
}
