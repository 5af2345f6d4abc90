using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Services.Tests.Sample;

public class SampleDatasetTests
{
    [Fact]
    public void All_training_labels_are_known_when_evaluation_begins()
    {
        Assert.True(SampleDataset.Training.First >= 30, "the longest window is not full");
        Assert.Equal(SampleDataset.Training.Last + 7, SampleDataset.Evaluation.First - 1);
        Assert.Equal(SampleDataset.Settings.Days - 1, SampleDataset.Evaluation.Last);
    }

    [Fact]
    public void Rows_are_those_of_the_period_with_windows_over_all_earlier_transactions()
    {
        var transactions = CardSimulator.Run(new SimulatorSettings { Customers = 20, Terminals = 30, Days = 45, Radius = 30 });
        var all = SampleDataset.Rows(transactions, new Period(0, 44), int.MaxValue);
        var some = SampleDataset.Rows(transactions, new Period(35, 40), int.MaxValue);
        Assert.Equal(transactions.Where(t => t.Day is >= 35 and <= 40), some.Select(row => row.Transaction));
        Assert.All(some, row => Assert.Equal(all[row.TransactionId].Features.ToArray(), row.Features.ToArray()));
        Assert.Equal(
            some.Take(7).Select(row => row.TransactionId),
            SampleDataset.Rows(transactions, new Period(35, 40), 7).Select(row => row.TransactionId));
        Assert.Empty(SampleDataset.Rows(transactions, new Period(35, 40), 0));
        Assert.Empty(SampleDataset.Rows(transactions, new Period(45, 50), int.MaxValue));
    }

    [Fact]
    public void Traffic_is_always_the_beginning_of_the_evaluation_period()
    {
        var rows = SampleTraffic.Rows();
        Assert.Equal(SampleTraffic.DemoRows, rows.Count);
        Assert.All(rows, row => Assert.True(SampleDataset.Evaluation.Contains(row.Transaction.Day)));
        var again = SampleTraffic.Rows(100);
        Assert.Equal(rows.Take(100).Select(row => row.Transaction), again.Select(row => row.Transaction));
        Assert.All(again.Zip(rows), pair => Assert.Equal(pair.Second.Features.ToArray(), pair.First.Features.ToArray()));
    }

    [Fact]
    public void More_rows_than_the_period_has_are_refused()
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => SampleTraffic.Rows(1_000_000));
        Assert.Contains("days 97-126 have", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleTraffic.Rows(-1));
    }
}
