using ModelServing.Inference.Batching;
using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Batching;

public sealed class RunGateTests
{
    private readonly SteppedTime time = new();

    [Fact]
    public async Task It_runs_a_fixed_number_of_calls_and_refuses_requests_while_the_queue_is_full()
    {
        using var gate = new SomeGate(1, 1, time);
        Assert.Equal(Outcome.Granted, await gate.EnterAsync(null, CallerGroup.Unknown, default));
        Assert.False(gate.IsFull(CallerGroup.Unknown));
        var second = gate.EnterAsync(null, CallerGroup.Unknown, default);
        Assert.True(gate.IsFull(CallerGroup.Unknown));
        Assert.Equal(Outcome.QueueFull, await gate.EnterAsync(null, CallerGroup.Unknown, default));
        Assert.False(second.IsCompleted);
        gate.Leave(CallerGroup.Unknown);
        Assert.Equal(Outcome.Granted, await second);
        Assert.False(gate.IsFull(CallerGroup.Unknown));
    }

    [Fact]
    public async Task A_caller_that_disconnects_makes_room_in_the_queue()
    {
        using var gate = new SomeGate(1, 1, time);
        Assert.Equal(Outcome.Granted, await gate.EnterAsync(null, CallerGroup.Unknown, default));
        using var leaving = new CancellationTokenSource();
        var second = gate.EnterAsync(TimeSpan.FromSeconds(1), CallerGroup.Unknown, leaving.Token);
        await leaving.CancelAsync();
        time.Advance(RunGate.BlockedAfter);
        Assert.Equal(Outcome.TimedOut, await second);
        var third = gate.EnterAsync(null, CallerGroup.Unknown, default);
        gate.Leave(CallerGroup.Unknown);
        Assert.Equal(Outcome.Granted, await third);
    }

    [Fact]
    public async Task A_request_that_waits_too_long_times_out_and_makes_room()
    {
        using var gate = new SomeGate(1, 1, time);
        Assert.Equal(Outcome.TimedOut, await gate.EnterAsync(TimeSpan.Zero, CallerGroup.Unknown, default));
        Assert.Equal(Outcome.Granted, await gate.EnterAsync(TimeSpan.FromMilliseconds(1), CallerGroup.Unknown, default));
        var second = gate.EnterAsync(TimeSpan.FromMilliseconds(100), CallerGroup.Unknown, default);
        time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Outcome.TimedOut, await second.WaitAsync(RawConnection.Patience));
        Assert.Equal(Outcome.TimedOut, await gate.EnterAsync(TimeSpan.Zero, CallerGroup.Unknown, default));
        var third = gate.EnterAsync(TimeSpan.FromMilliseconds(100), CallerGroup.Unknown, default);
        gate.Leave(CallerGroup.Unknown);
        Assert.Equal(Outcome.Granted, await third);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(8, 4)]
    public async Task Pinned_requests_get_at_most_half_of_the_turns(int turns, int pinnedTurns)
    {
        using var gate = new SomeGate(turns, 100, time);
        for (var i = 0; i < pinnedTurns; i++)
            Assert.Equal(Outcome.Granted, await gate.EnterAsync(null, CallerGroup.Pinned, default));
        var next = gate.EnterAsync(null, CallerGroup.Pinned, default);
        for (var i = pinnedTurns; i < turns; i++)
            Assert.Equal(Outcome.Granted, await gate.EnterAsync(null, CallerGroup.Unknown, default));
        Assert.False(next.IsCompleted);
        // A turn of an assigned request is not for it either.
        gate.Leave(CallerGroup.Unknown);
        Assert.False(next.IsCompleted);
        gate.Leave(CallerGroup.Pinned);
        Assert.Equal(Outcome.Granted, await next.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task With_one_turn_pinned_requests_have_one_of_their_own()
    {
        using var gate = new SomeGate(1, 100, time);
        Assert.Equal(Outcome.Granted, await gate.EnterAsync(null, CallerGroup.Pinned, default));
        var pinned = gate.EnterAsync(null, CallerGroup.Pinned, default);
        Assert.Equal(Outcome.Granted, await gate.EnterAsync(null, CallerGroup.Unknown, default));
        var assigned = gate.EnterAsync(null, CallerGroup.Unknown, default);
        gate.Leave(CallerGroup.Pinned);
        Assert.Equal(Outcome.Granted, await pinned.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken));
        Assert.False(assigned.IsCompleted);
        gate.Leave(CallerGroup.Unknown);
        Assert.Equal(Outcome.Granted, await assigned.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Pinned_requests_get_at_most_half_of_the_queue()
    {
        using var gate = new SomeGate(1, 4, time);
        await gate.EnterAsync(null, CallerGroup.Unknown, default);
        await gate.EnterAsync(null, CallerGroup.Pinned, default);
        using var leaving = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 2).Select(_ => gate.EnterAsync(null, CallerGroup.Pinned, leaving.Token)).ToList();
        Assert.True(gate.IsFull(CallerGroup.Pinned));
        Assert.False(gate.IsFull(CallerGroup.Unknown));
        Assert.Equal(Outcome.QueueFull, await gate.EnterAsync(null, CallerGroup.Pinned, default));
        var assigned = Enumerable.Range(0, 2).Select(_ => gate.EnterAsync(null, CallerGroup.Unknown, default)).ToList();
        Assert.Equal(Outcome.QueueFull, await gate.EnterAsync(null, CallerGroup.Unknown, default));
        Assert.All(assigned, static task => Assert.False(task.IsCompleted));

        // Those that leave make room again.
        await leaving.CancelAsync();
        time.Advance(RunGate.BlockedAfter);
        Assert.All(await Task.WhenAll(waiting), static outcome => Assert.Equal(Outcome.TimedOut, outcome));
        Assert.False(gate.IsFull(CallerGroup.Pinned));
        var next = gate.EnterAsync(null, CallerGroup.Pinned, default);
        gate.Leave(CallerGroup.Pinned);
        Assert.Equal(Outcome.Granted, await next.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_pinned_request_that_waits_for_a_turn_in_vain_gives_its_place_back()
    {
        using var gate = new SomeGate(2, 4, time);
        await gate.EnterAsync(null, CallerGroup.Unknown, default);
        await gate.EnterAsync(null, CallerGroup.Unknown, default);
        var pinned = gate.EnterAsync(RunGate.BlockedAfter / 2, CallerGroup.Pinned, default);
        time.Advance(RunGate.BlockedAfter);
        Assert.Equal(Outcome.TimedOut, await pinned.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken));
        gate.Leave(CallerGroup.Unknown);
        Assert.Equal(Outcome.Granted, await gate.EnterAsync(TimeSpan.FromMilliseconds(10), CallerGroup.Pinned, default));
    }

    [Theory]
    [InlineData(1, false, false, true)]
    [InlineData(1, true, true, false)]
    [InlineData(4, true, true, false)]
    public void Lost_turns_are_those_that_a_request_could_have(int turns, bool isPinned, bool pinnedLost, bool othersLost)
    {
        using var gate = new SomeGate(turns, 4, time);
        var caller = isPinned ? CallerGroup.Pinned : CallerGroup.Unknown;
        var half = Math.Max(1, turns / 2);
        for (var i = 0; i < half; i++)
            gate.Lose(caller);
        Assert.Equal((pinnedLost, othersLost), (gate.IsLost(CallerGroup.Pinned), gate.IsLost(CallerGroup.Unknown)));
        gate.Regain(caller);
        Assert.Equal((false, false), (gate.IsLost(CallerGroup.Pinned), gate.IsLost(CallerGroup.Unknown)));
    }

    [Fact]
    public async Task Without_a_queue_a_request_is_refused_unless_a_turn_is_free()
    {
        using var gate = new SomeGate(2, 0, time);
        Assert.Equal(Outcome.Granted, await gate.EnterAsync(null, CallerGroup.Unknown, default));
        Assert.Equal(Outcome.Granted, await gate.EnterAsync(null, CallerGroup.Unknown, default));
        Assert.Equal(Outcome.QueueFull, await gate.EnterAsync(null, CallerGroup.Unknown, default));
    }
}
