using CsCheck;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Services.Tests.Sample;

public class WindowFeaturesTests
{
    private const int Day = Transaction.SecondsPerDay;

    // Few customers and terminals, times exactly on the windows' edges, and many transactions in the same second.
    private static readonly Gen<Transaction[]> SomeTransactions =
        Gen.Select(Gen.Int[0, 45], Gen.Int[-1, 1], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 50_000], Gen.Bool)
            .Array[1, 60]
            .Select(parts => parts
                .Select(p => new Transaction(
                    0,
                    Math.Max(0, p.Item1 * Day + p.Item2),
                    p.Item3,
                    p.Item4,
                    p.Item5,
                    p.Item6 ? FraudScenario.CompromisedTerminal : FraudScenario.None))
                .OrderBy(t => t.Second)
                .Select((t, i) => t with { Id = i })
                .ToArray());

    [Fact]
    public void Rows_equal_those_computed_from_all_transactions() =>
        SomeTransactions.Sample(transactions => AssertSame(transactions.Select((_, i) => Naive(transactions, i)), Rows(transactions)));

    [Fact]
    public void Rows_of_a_simulated_world_equal_those_computed_from_all_transactions()
    {
        var transactions = CardSimulator.Run(new SimulatorSettings
        {
            Customers = 20,
            Terminals = 30,
            Days = 60,
            Radius = 30,
            CompromisedCustomersPerDay = 2,
        });
        Assert.InRange(transactions.Count, 1000, 5000);
        AssertSame(transactions.Select((_, i) => Naive(transactions, i)), Rows(transactions));
    }

    [Fact]
    public void A_later_transaction_changes_no_row() =>
        Gen.Select(SomeTransactions, Gen.Int[0, 59], Gen.Int[0, 2], Gen.Int[0, 100_000], Gen.Bool)
            .Sample((transactions, at, key, cents, fraud) =>
            {
                at %= transactions.Length;
                var changed = transactions.ToArray();
                changed[at] = changed[at] with
                {
                    CustomerId = key,
                    TerminalId = key,
                    Cents = cents,
                    Fraud = fraud ? FraudScenario.LargeAmount : FraudScenario.None,
                };
                AssertSame(Rows(transactions)[..at], Rows(changed)[..at]);
            });

    [Fact]
    public void A_label_younger_than_seven_days_changes_no_row() =>
        Gen.Select(SomeTransactions, Gen.Int[0, 59]).Sample((transactions, at) =>
        {
            at %= transactions.Length;
            var changed = transactions.ToArray();
            changed[at] = changed[at] with { Fraud = changed[at].IsFraud ? FraudScenario.None : FraudScenario.LargeAmount };
            var young = transactions.Count(t => t.Second < transactions[at].Second + 7 * Day);
            AssertSame(Rows(transactions)[..young], Rows(changed)[..young]);
        });

    [Fact]
    public void A_label_is_known_after_seven_days()
    {
        var fraud = new Transaction(0, 0, 1, 1, 100, FraudScenario.LargeAmount);
        var rows = Rows([
            fraud,
            new Transaction(1, 7 * Day - 1, 2, 1, 100, FraudScenario.None),
            new Transaction(2, 7 * Day, 2, 1, 100, FraudScenario.None),
        ]);
        Assert.Equal(0, Value(rows[1], WindowFeatures.TerminalRisk1Day));
        Assert.Equal(0, Value(rows[1], WindowFeatures.TerminalCount30Days));
        Assert.Equal(1, Value(rows[2], WindowFeatures.TerminalRisk1Day));
        Assert.Equal(1, Value(rows[2], WindowFeatures.TerminalCount30Days));
    }

    [Fact]
    public void A_row_has_its_documented_numbers()
    {
        // Day 0 is a Sunday; day 1 is a Monday.
        var rows = Rows(
        [
            new Transaction(0, 6 * 3600 + 3599, 1, 1, 1000, FraudScenario.None),
            new Transaction(1, Day + 7 * 3600 - 1, 1, 2, 2000, FraudScenario.None),
            new Transaction(2, Day + 7 * 3600, 1, 2, 3000, FraudScenario.None),
        ]);
        Assert.Equal((float[])[10, 1, 1, 1, 1, 1, 10, 10, 10, 0, 0, 0, 0, 0, 0], rows[0]);
        // Exactly one day later, the first transaction has left the one-day window, which excludes its beginning.
        Assert.Equal((float[])[20, 1, 0, 1, 2, 2, 20, 15, 15, 0, 0, 0, 0, 0, 0], rows[1]);
        Assert.Equal((float[])[30, 0, 0, 2, 3, 3, 25, 20, 20, 0, 0, 0, 0, 0, 0], rows[2]);
    }

    [Fact]
    public void There_is_a_name_for_each_feature()
    {
        Assert.Equal(WindowFeatures.Count, WindowFeatures.Names.Count);
        Assert.Equal(WindowFeatures.Count, WindowFeatures.Names.Distinct().Count());
    }

    [Fact]
    public void A_transaction_out_of_order_is_refused()
    {
        var windows = new WindowFeatures();
        var row = new float[WindowFeatures.Count];
        windows.Next(new Transaction(0, 10, 1, 1, 100, FraudScenario.None), row);
        windows.Next(new Transaction(1, 10, 1, 1, 100, FraudScenario.None), row);
        var e = Assert.Throws<ArgumentException>(() => windows.Next(new Transaction(2, 9, 1, 1, 100, FraudScenario.None), row));
        Assert.Contains("transaction 2 is at second 9, before 10", e.Message, StringComparison.Ordinal);
    }

    private static float Value(float[] row, string name) => row[WindowFeatures.Names.ToList().IndexOf(name)];

    private static float[][] Rows(IReadOnlyList<Transaction> transactions)
    {
        var windows = new WindowFeatures();
        return [.. transactions.Select(t =>
        {
            var row = new float[WindowFeatures.Count];
            windows.Next(t, row);
            return row;
        })];
    }

    private static float[] Naive(IReadOnlyList<Transaction> all, int at)
    {
        var now = all[at];
        var row = new List<float>
        {
            now.Cents / 100f,
            now.Time.Hour <= 6 ? 1 : 0,
            now.Time.DayOfWeek is DayOfWeek.Sunday or DayOfWeek.Saturday ? 1 : 0,
        };
        int[] windows = [1, 7, 30];
        // Up to and including the transaction itself. A later one in the same second is not known yet.
        var customer = windows.Select(days => all.Take(at + 1)
            .Where(t => t.CustomerId == now.CustomerId && t.Second > now.Second - days * Day)
            .ToList()).ToList();
        row.AddRange(customer.Select(window => (float)window.Count));
        row.AddRange(customer.Select(window => (float)(window.Sum(t => (decimal)t.Cents) / 100m / window.Count)));
        var until = now.Second - 7 * Day;
        var terminal = windows.Select(days => all.Take(at)
            .Where(t => t.TerminalId == now.TerminalId && t.Second <= until && t.Second > until - days * Day)
            .ToList()).ToList();
        row.AddRange(terminal.Select(window => (float)window.Count));
        row.AddRange(terminal.Select(window => window.Count == 0 ? 0 : window.Count(t => t.IsFraud) / (float)window.Count));
        return [.. row];
    }

    // The means may differ by the rounding of a float.
    private static void AssertSame(IEnumerable<float[]> expected, IReadOnlyList<float[]> actual)
    {
        foreach (var (one, other) in expected.Zip(actual))
        {
            for (var i = 0; i < WindowFeatures.Count; i++)
                Assert.True(
                    Math.Abs(one[i] - other[i]) <= 1e-6 * Math.Abs(one[i]),
                    $"{WindowFeatures.Names[i]}: {one[i]:R} and {other[i]:R}");
        }
    }
}
