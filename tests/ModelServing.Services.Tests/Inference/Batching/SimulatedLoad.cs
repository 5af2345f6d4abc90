using ModelServing.Inference.Batching;
using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>Calls that come at random times, whether others have ended or not, and runs of random lengths, on a clock of their
/// own.</summary>
/// <param name="turns">The number of runs that may go on at a time.</param>
/// <param name="mostRows">The most rows of a batch.</param>
/// <param name="clients">The number of groups of callers.</param>
internal sealed class SimulatedLoad(int turns, int mostRows, int clients) : IDisposable
{
    // A run takes so long, and for each row as much again, but for a random part.
    private const double OfRun = 4;
    private const double OfRow = 0.5;
    private const double Random = 0.3;

    private static readonly int[] Deadlines = [100, 250, 1000];

    private readonly SteppedTime time = new();
    private readonly Random random = new(turns + mostRows + clients);
    private readonly PriorityQueue<Batch, long> runs = new();
    private readonly Dictionary<QueuedCall, long> admitted = [];
    private readonly List<SomeCall> waiting = [];
    private RunGate gate = null!;

    internal int Came { get; private set; }

    /// <summary>The calls that ended in time.</summary>
    internal int InTime { get; private set; }

    /// <summary>The calls that were admitted and came too late.</summary>
    internal int Late { get; private set; }

    /// <summary>The calls that were refused when they came.</summary>
    internal int Refused { get; private set; }

    /// <summary>The calls that were admitted and made room for those of another client later.</summary>
    internal int MadeRoom { get; private set; }

    /// <summary>How many rows of calls the runs could answer in a millisecond.</summary>
    private double Capacity => turns * mostRows / (OfRun + (OfRow * mostRows));

    public void Dispose() => gate.Dispose();

    /// <summary>Returns how many of the calls could have ended in time.</summary>
    /// <param name="load">The rate of the calls, relative to what the runs could answer.</param>
    /// <param name="calls">How many calls come.</param>
    internal double Run(double load, int calls)
    {
        gate = new RunGate(new SharedTurns(turns, time), 1024, time);
        var began = time.GetTimestamp();
        var next = began;
        while (Came < calls || runs.Count > 0)
        {
            var isRunning = runs.TryPeek(out _, out var end);
            if (Came < calls && (!isRunning || next <= end))
            {
                AdvanceTo(next);
                Enter();
                next += InTicks(-Math.Log(1 - random.NextDouble()) / (load * Capacity));
            }
            else
            {
                var batch = runs.Dequeue();
                AdvanceTo(Math.Max(time.GetTimestamp(), end));
                foreach (var call in batch.Calls)
                    Ended(call);
                gate.Leave(batch);
            }

            CountRefused();
        }

        return new TimeSpan(time.GetTimestamp() - began).TotalMilliseconds * Capacity;
    }

    private void Enter()
    {
        Came++;
        var deadline = time.GetTimestamp() + InTicks(Deadlines[random.Next(Deadlines.Length)]);
        var call = new SomeCall(CallerGroup.Client(random.Next(clients)), deadline, mostRows: mostRows > 1 ? mostRows : 0)
        {
            Begins = Begin,
        };
        gate.Enter(call);
        if (call.Outcome is { IsCompletedSuccessfully: true, Result: not Outcome.Granted })
        {
            Refused++;
            return;
        }

        admitted.TryAdd(call, deadline);
        waiting.Add(call);
    }

    private void Begin(Batch batch)
    {
        gate.Close(batch);
        var length = (OfRun + (OfRow * batch.Rows)) * (1 + (Random * ((2 * random.NextDouble()) - 1)));
        runs.Enqueue(batch, time.GetTimestamp() + InTicks(length));
    }

    private void Ended(QueuedCall call)
    {
        if (time.GetTimestamp() <= admitted[call])
            InTime++;
        else
            Late++;
        waiting.Remove((SomeCall)call);
    }

    private void CountRefused()
    {
        foreach (var call in waiting.Where(static call => call.Outcome is { IsCompletedSuccessfully: true, Result: not Outcome.Granted }))
        {
            if (call.Outcome.Result == Outcome.QueueFull)
                MadeRoom++;
            else
                Late++;
        }

        waiting.RemoveAll(static call => call.Outcome is { IsCompletedSuccessfully: true, Result: not Outcome.Granted });
    }

    private void AdvanceTo(long timestamp) => time.Advance(new TimeSpan(timestamp - time.GetTimestamp()));

    private static long InTicks(double milliseconds) => (long)(milliseconds * TimeSpan.TicksPerMillisecond);
}
