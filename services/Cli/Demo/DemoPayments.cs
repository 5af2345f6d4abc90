using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Cli.Demo;

/// <summary>The demo's payments in the order of time, each once, and the frauds that become known meanwhile. After the last payment they
/// begin again, five weeks later, because the features of a time that is over can't be read any more.</summary>
internal sealed class DemoPayments
{
    // More than the days of the payments, and whole weeks, so that weekends stay weekends.
    private const int LapSeconds = 35 * Transaction.SecondsPerDay;

    // More than there are transactions, so that a later lap has identifiers of its own.
    private const int LapIds = 10_000_000;

    private readonly Lock gate = new();
    private readonly IReadOnlyList<Transaction> rows;
    private readonly Queue<SampleEvent> frauds;
    private int next;

    /// <param name="world">The payments of all days.</param>
    /// <param name="move">Makes a payment that of another world; null for none.</param>
    internal DemoPayments(IReadOnlyList<Transaction> world, Func<Transaction, Transaction>? move = null)
    {
        rows = Moved(world.During(SampleDataset.Evaluation));
        var began = rows[0].Time;
        var events = SampleEvents.From(Moved(world.During(SampleDataset.History)));
        History = [.. events.Where(one => one.KnownTime <= began)];
        frauds = new Queue<SampleEvent>(events.Where(one => one.KnownTime > began));

        IReadOnlyList<Transaction> Moved(IReadOnlyList<Transaction> some) => move is null ? some : [.. some.Select(move)];
    }

    /// <summary>The events that the windows of the first payments need.</summary>
    internal IReadOnlyList<SampleEvent> History { get; }

    /// <summary>How many payments are left before they begin again.</summary>
    internal int Left => Math.Max(0, rows.Count - next);

    /// <summary>The next payments.</summary>
    internal IReadOnlyList<Transaction> Take(int count)
    {
        lock (gate)
        {
            var taken = new Transaction[count];
            for (var i = 0; i < count; i++)
            {
                var (lap, index) = Math.DivRem(next++, rows.Count);
                var row = rows[index];
                taken[i] = row with { Id = row.Id + (lap * LapIds), Second = row.Second + (lap * LapSeconds) };
                if (row.IsFraud)
                    frauds.Enqueue(SampleEvents.Fraud(taken[i]));
            }

            return taken;
        }
    }

    /// <summary>The frauds that have become known by a time, each once.</summary>
    internal IReadOnlyList<SampleEvent> TakeFrauds(DateTimeOffset time)
    {
        var known = new List<SampleEvent>();
        lock (gate)
        {
            while (frauds.TryPeek(out var first) && first.KnownTime <= time)
                known.Add(frauds.Dequeue());
        }

        return known;
    }
}
