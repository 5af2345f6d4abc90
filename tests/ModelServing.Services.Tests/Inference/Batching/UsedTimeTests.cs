using ModelServing.Inference.Batching;
using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>Groups of callers share the model's time, and not the number of calls.</summary>
public sealed class UsedTimeTests : IDisposable
{
    private const int MostRows = 32;
    private const int Turns = 2;
    private static readonly TimeSpan OfRun = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan OfRow = TimeSpan.FromMilliseconds(0.1);
    private static readonly CallerGroup Short = CallerGroup.Client(0);
    private static readonly CallerGroup Middle = CallerGroup.Client(1);
    private static readonly CallerGroup Long = CallerGroup.Client(2);

    private readonly SteppedTime time = new();
    private readonly RunGate gate;
    private readonly PriorityQueue<Batch, long> runs = new();
    private readonly Dictionary<QueuedCall, long> came = [];
    private readonly Dictionary<(CallerGroup Caller, int Rows), int> answered = [];
    private readonly Dictionary<CallerGroup, TimeSpan> longestWait = [];

    public UsedTimeTests() => gate = new RunGate(new SharedTurns(Turns, time), 10_000, time);

    public void Dispose() => gate.Dispose();

    [Fact]
    public void Clients_get_the_same_time_whether_their_calls_have_many_rows_or_few()
    {
        var all = Keep(TimeSpan.FromSeconds(20), (Short, 1), (Middle, 8), (Long, 64));
        foreach (var (caller, rows) in ((CallerGroup, int)[])[(Short, 1), (Middle, 8), (Long, 64)])
            Assert.InRange(rows * answered[(caller, rows)], 0.29 * all, 0.38 * all);
    }

    [Fact]
    public void Calls_that_fit_into_no_batch_are_not_overtaken_for_ever_by_those_of_their_client_that_do()
    {
        var others = Enumerable.Range(3, 6).Select(static client => (CallerGroup.Client(client), 1));
        Keep(TimeSpan.FromSeconds(20), [(Long, 8), (Long, 64), .. others]);
        // They come in turn.
        Assert.InRange(answered[(Long, 64)], 0.8 * answered[(Long, 8)], answered[(Long, 8)] + 50);
    }

    [Fact]
    public void A_client_that_asks_for_little_waits_for_few_runs_however_much_others_ask_for()
    {
        var next = time.GetTimestamp();
        Keep(TimeSpan.FromSeconds(10), () =>
        {
            for (; next <= time.GetTimestamp(); next += TimeSpan.FromMilliseconds(5).Ticks)
                Enter(Short, 1);
        }, (Middle, 8), (Long, 64));
        Assert.InRange(answered[(Short, 1)], 1990, 2000);
        Assert.InRange(longestWait[Short], TimeSpan.Zero, 3 * LengthOf(64));
    }

    [Fact]
    public void A_client_that_was_away_has_saved_nothing_up()
    {
        Keep(TimeSpan.FromSeconds(10), (Middle, 8));
        answered.Clear();
        var all = Keep(TimeSpan.FromSeconds(2), (Middle, 8), (Short, 1));
        Assert.InRange(answered[(Short, 1)], 0.4 * all, 0.6 * all);
    }

    private int Keep(TimeSpan length, params (CallerGroup Caller, int Rows)[] kinds) => Keep(length, static () => { }, kinds);

    // Some calls of each kind always wait. Returns the rows that were answered.
    private int Keep(TimeSpan length, Action others, params (CallerGroup Caller, int Rows)[] kinds)
    {
        const int Waiting = 64;
        var until = time.GetTimestamp() + length.Ticks;
        var open = kinds.ToDictionary(static kind => kind, static _ => 0);
        while (time.GetTimestamp() < until)
        {
            foreach (var kind in kinds)
            {
                for (; open[kind] < Waiting; open[kind]++)
                    Enter(kind.Caller, kind.Rows);
            }

            others();
            Assert.True(runs.TryDequeue(out var batch, out var end));
            time.Advance(new TimeSpan(Math.Max(0, end - time.GetTimestamp())));
            foreach (var call in batch.Calls)
            {
                var kind = (call.Caller, call.Rows);
                answered[kind] = answered.GetValueOrDefault(kind) + 1;
                if (open.TryGetValue(kind, out var some))
                    open[kind] = some - 1;
            }

            gate.Leave(batch);
        }

        return answered.Sum(static one => one.Key.Rows * one.Value);
    }

    private void Enter(CallerGroup caller, int rows)
    {
        var call = new SomeCall(caller, rows: rows, mostRows: rows < MostRows ? MostRows : 0) { Begins = Begin };
        came[call] = time.GetTimestamp();
        gate.Enter(call);
    }

    private void Begin(Batch batch)
    {
        gate.Close(batch);
        foreach (var call in batch.Calls)
        {
            came.Remove(call, out var since);
            var waited = new TimeSpan(time.GetTimestamp() - since);
            if (waited > longestWait.GetValueOrDefault(call.Caller))
                longestWait[call.Caller] = waited;
        }

        runs.Enqueue(batch, time.GetTimestamp() + LengthOf(batch.Rows).Ticks);
    }

    private static TimeSpan LengthOf(int rows) => OfRun + (rows * OfRow);
}
