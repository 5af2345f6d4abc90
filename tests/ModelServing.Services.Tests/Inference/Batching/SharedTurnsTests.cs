using ModelServing.Inference.Batching;
using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>The versions of a pool share the turns of their process.</summary>
public sealed class SharedTurnsTests : IDisposable
{
    private static readonly CallerGroup Client = CallerGroup.Client(0);

    private readonly SteppedTime time = new();
    private readonly SharedTurns turns;
    private readonly HashSet<SomeCall> ended = [];
    private readonly RunGate busy;
    private readonly RunGate quiet;
    private readonly RunGate third;

    public SharedTurnsTests()
    {
        turns = new SharedTurns(2, time);
        busy = new RunGate(turns, 1000, time);
        quiet = new RunGate(turns, 1000, time);
        third = new RunGate(turns, 1000, time);
    }

    public void Dispose()
    {
        busy.Dispose();
        quiet.Dispose();
        third.Dispose();
    }

    [Fact]
    public void A_version_may_have_all_turns_while_no_other_needs_one()
    {
        var calls = Flood(busy, 5);
        Assert.Equal(2, calls.Count(static call => call.Batch is not null));
        Assert.Null(Enter(quiet).Batch);
    }

    [Fact]
    public void A_flooded_version_costs_a_quiet_one_at_most_the_end_of_one_run()
    {
        var flood = Flood(busy, 200);
        for (var round = 0; round < 50; round++)
        {
            var call = Enter(quiet);
            Assert.Null(call.Batch);
            // The first turn that ends is its.
            EndOne(busy, flood);
            Assert.NotNull(call.Batch);
            quiet.Leave(call.Batch);
        }

        // And the flood has what the quiet version does not need.
        Assert.Equal(2, busy.Held);
    }

    [Fact]
    public void Waiting_versions_get_turns_in_rotation_however_many_calls_each_has()
    {
        var (one, two, three) = (Flood(busy, 30), Flood(quiet, 20), Flood(third, 10));
        // Both of the first turns were free when the first version came.
        for (var i = 0; i < 18; i++)
        {
            var (gate, calls) = new[] { (busy, one), (quiet, two), (third, three) }
                .Where(pair => pair.Item1.Held > 0)
                .MinBy(static pair => pair.Item1.LastTurn);
            EndOne(gate, calls);
        }

        int[] begun = [.. new[] { one, two, three }.Select(static calls => calls.Count(static call => call.Batch is not null))];
        Assert.Equal(20, begun.Sum());
        Assert.InRange(begun.Max() - begun.Min(), 0, 2);
    }

    [Fact]
    public void Long_calls_of_one_version_give_the_others_one_more_turn()
    {
        Flood(busy, 4);
        var (first, second) = (Enter(quiet), Enter(third));
        time.Advance(RunGate.BlockedAfter);
        Assert.Single(new[] { first, second }, static call => call.Batch is not null);
        var (begun, waits) = first.Batch is null ? (second, first) : (first, second);
        (begun == first ? quiet : third).Leave(begun.Batch!);
        Assert.NotNull(waits.Batch);
        Assert.Equal(2, busy.Held);
    }

    [Fact]
    public void A_run_that_can_not_be_ended_takes_its_turn_from_all_versions()
    {
        Flood(busy, 2);
        busy.Lose(Client);
        Assert.False(quiet.IsLost(Client));
        busy.Lose(Client);
        Assert.True(quiet.IsLost(Client));
        busy.Regain(Client);
        Assert.False(quiet.IsLost(Client));
    }

    private void EndOne(RunGate gate, IEnumerable<SomeCall> calls) =>
        gate.Leave(calls.First(call => call.Batch is not null && ended.Add(call)).Batch!);

    private static List<SomeCall> Flood(RunGate gate, int count) => [.. Enumerable.Range(0, count).Select(_ => Enter(gate))];

    private static SomeCall Enter(RunGate gate)
    {
        var call = new SomeCall(Client, long.MaxValue);
        gate.Enter(call);
        if (call.Batch is { } batch)
            gate.Close(batch);
        return call;
    }
}
