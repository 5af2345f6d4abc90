using ModelServing.Inference.Batching;
using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>One group of callers that sends more than all others can't keep them from their turns.</summary>
public sealed class RunGateFairnessTests
{
    private static readonly CallerGroup Flood = CallerGroup.Client(3);
    private static readonly CallerGroup One = CallerGroup.Client(0);
    private static readonly CallerGroup Other = CallerGroup.Client(31);

    private readonly SteppedTime time = new();

    [Fact]
    public async Task One_group_may_have_all_turns_and_the_whole_queue_while_nobody_else_needs_them()
    {
        using var gate = new SomeGate(2, 3, time);
        await FillAsync(gate, Flood, 2);
        var waiting = Queue(gate, Flood, 3);
        Assert.All(waiting, static task => Assert.False(task.IsCompleted));
        Assert.True(gate.IsFull(Flood));
        gate.Leave(Flood);
        gate.Leave(Flood);
        Assert.Equal(Outcome.Granted, await GrantedAsync(waiting[0]));
        Assert.Equal(Outcome.Granted, await GrantedAsync(waiting[1]));
        Assert.False(waiting[2].IsCompleted);
    }

    [Fact]
    public async Task The_next_turn_is_for_the_group_with_the_fewest_however_many_requests_another_has_in_the_queue()
    {
        using var gate = new SomeGate(2, 1000, time);
        await FillAsync(gate, Flood, 2);
        var flood = Queue(gate, Flood, 900);
        var one = Queue(gate, One, 2);
        var other = Queue(gate, Other, 1);
        gate.Leave(Flood);
        Assert.Equal(Outcome.Granted, await GrantedAsync(one[0]));
        gate.Leave(Flood);
        Assert.Equal(Outcome.Granted, await GrantedAsync(other[0]));
        Assert.DoesNotContain(flood, static task => task.IsCompleted);

        // The group waits longer than any other now.
        gate.Leave(Other);
        Assert.Equal(Outcome.Granted, await GrantedAsync(flood[0]));
        gate.Leave(One);
        Assert.Equal(Outcome.Granted, await GrantedAsync(one[1]));
        gate.Leave(One);
        Assert.Equal(Outcome.Granted, await GrantedAsync(flood[1]));
    }

    [Fact]
    public async Task With_one_turn_groups_take_turns()
    {
        using var gate = new SomeGate(1, 1000, time);
        await FillAsync(gate, Flood, 1);
        var flood = Queue(gate, Flood, 100);
        var one = Queue(gate, One, 10);
        var last = Flood;
        for (var i = 0; i < 10; i++)
        {
            gate.Leave(last);
            Assert.Equal(Outcome.Granted, await GrantedAsync(one[i]));
            gate.Leave(One);
            Assert.Equal(Outcome.Granted, await GrantedAsync(flood[i]));
            last = Flood;
        }
    }

    [Fact]
    public async Task Pinned_requests_are_one_group_among_the_others()
    {
        using var gate = new SomeGate(4, 1000, time);
        await FillAsync(gate, Flood, 4);
        var pinned = Queue(gate, CallerGroup.Pinned, 100);
        var one = Queue(gate, One, 2);
        for (var i = 0; i < 4; i++)
            gate.Leave(Flood);
        Assert.All(await Task.WhenAll(one.Select(GrantedAsync)), static turn => Assert.Equal(Outcome.Granted, turn));
        Assert.Equal(Outcome.Granted, await GrantedAsync(pinned[0]));
        Assert.Equal(Outcome.Granted, await GrantedAsync(pinned[1]));
        Assert.False(pinned[2].IsCompleted);
    }

    [Fact]
    public async Task In_a_full_queue_the_largest_group_makes_room()
    {
        using var gate = new SomeGate(1, 4, time);
        await FillAsync(gate, Flood, 1);
        var flood = Queue(gate, Flood, 4);
        Assert.True(gate.IsFull(Flood));
        Assert.False(gate.IsFull(One));
        var one = Queue(gate, One, 2);
        Assert.Equal(Outcome.QueueFull, await GrantedAsync(flood[3]));
        Assert.Equal(Outcome.QueueFull, await GrantedAsync(flood[2]));
        Assert.All(one, static task => Assert.False(task.IsCompleted));

        // With three requests each, neither pushes the other out.
        Assert.True(gate.IsFull(Flood));
        Assert.True(gate.IsFull(One));
        Assert.Equal(Outcome.QueueFull, await GrantedAsync(Queue(gate, One, 1)[0]));
        Assert.Equal(Outcome.QueueFull, await GrantedAsync(Queue(gate, Flood, 1)[0]));
        Assert.False(flood[1].IsCompleted);
    }

    [Fact]
    public async Task Long_calls_of_one_group_leave_the_others_a_turn_of_their_own()
    {
        using var gate = new SomeGate(2, 10, time);
        await FillAsync(gate, Flood, 2);
        var one = Queue(gate, One, 2);
        time.Advance(RunGate.BlockedAfter - TimeSpan.FromMilliseconds(1));
        Assert.DoesNotContain(one, static task => task.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Outcome.Granted, await GrantedAsync(one[0]));
        Assert.False(one[1].IsCompleted);
        Assert.False(Queue(gate, Flood, 1)[0].IsCompleted);
        gate.Leave(One);
        Assert.Equal(Outcome.Granted, await GrantedAsync(one[1]));

        // The next ones don't wait, until a call of the group ends: then there are as many turns as usual.
        gate.Leave(One);
        Assert.Equal(Outcome.Granted, await GrantedAsync(Queue(gate, Other, 1)[0]));
        gate.Leave(Flood);
        gate.Leave(Other);
        Assert.False(Queue(gate, Other, 1)[0].IsCompleted);
    }

    [Fact]
    public async Task Short_calls_need_no_further_turn()
    {
        using var gate = new SomeGate(1, 100, time);
        await FillAsync(gate, Flood, 1);
        var one = Queue(gate, One, 1);
        var flood = Queue(gate, Flood, 1);
        time.Advance(RunGate.BlockedAfter / 2);
        gate.Leave(Flood);
        Assert.Equal(Outcome.Granted, await GrantedAsync(one[0]));
        // A call has ended in this period.
        time.Advance(RunGate.BlockedAfter / 2);
        gate.Leave(One);
        Assert.Equal(Outcome.Granted, await GrantedAsync(flood[0]));
        Assert.False(Queue(gate, One, 1)[0].IsCompleted);
    }

    [Fact]
    public async Task Calls_of_one_group_that_cannot_be_ended_leave_the_others_a_turn()
    {
        using var gate = new SomeGate(2, 10, time);
        await FillAsync(gate, Flood, 2);
        var one = Queue(gate, One, 1);
        time.Advance(RunGate.BlockedAfter);
        Assert.Equal(Outcome.Granted, await GrantedAsync(one[0]));
        gate.Lose(Flood);
        gate.Lose(Flood);
        Assert.True(gate.IsLost(Flood));
        Assert.False(gate.IsLost(One));
        gate.Lose(One);
        Assert.True(gate.IsLost(One));
        Assert.True(gate.IsLost(Other));
        gate.Regain(One);
        gate.Leave(One);
        Assert.Equal(Outcome.Granted, await GrantedAsync(Queue(gate, Other, 1)[0]));
    }

    [Fact]
    public async Task However_requests_come_and_leave_no_turn_and_no_place_is_lost()
    {
        using var gate = new SomeGate(3, 8, TimeProvider.System);
        var (running, most) = (0, 0);
        CallerGroup[] groups = [Flood, One, Other, CallerGroup.Unknown, CallerGroup.Pinned];
        await Task.WhenAll(Enumerable.Range(0, 24).Select(caller => Task.Run(
            async () =>
            {
                var random = new Random(caller);
                var group = groups[caller % groups.Length];
                for (var i = 0; i < 500; i++)
                {
                    using var leaving = new CancellationTokenSource();
                    if (random.Next(4) == 0)
                        leaving.CancelAfter(random.Next(2));
                    var timeout = random.Next(3) == 0 ? TimeSpan.FromMilliseconds(random.Next(3)) : (TimeSpan?)null;
                    if (await gate.EnterAsync(timeout, group, leaving.Token) != Outcome.Granted)
                        continue;

                    InterlockedMax(ref most, Interlocked.Increment(ref running));
                    await Task.Yield();
                    Interlocked.Decrement(ref running);
                    gate.Leave(group);
                }
            },
            TestContext.Current.CancellationToken)));
        // One more than usual, if a group has had all turns for long.
        Assert.InRange(most, 1, 4);
        await FillAsync(gate, Flood, 3);
        Queue(gate, Flood, 8);
        Assert.True(gate.IsFull(Flood));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var now = Volatile.Read(ref most); value > now; now = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, now);
    }

    private static async Task FillAsync(SomeGate gate, CallerGroup group, int count)
    {
        for (var i = 0; i < count; i++)
            Assert.Equal(Outcome.Granted, await gate.EnterAsync(null, group, default));
    }

    private static List<Task<Outcome>> Queue(SomeGate gate, CallerGroup group, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => gate.EnterAsync(null, group, default))];

    // A turn is granted on another thread.
    private static Task<Outcome> GrantedAsync(Task<Outcome> turn) =>
        turn.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
}
