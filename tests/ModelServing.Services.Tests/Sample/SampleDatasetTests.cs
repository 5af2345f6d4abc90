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
    public void The_history_has_the_longest_window_before_the_first_payment()
    {
        Assert.Equal("days 59-96", SampleDataset.History.ToString());
        Assert.Equal(SampleDataset.Evaluation.First - 1, SampleDataset.History.Last);
    }

    [Fact]
    public void Traffic_is_always_the_beginning_of_the_evaluation_period()
    {
        var rows = SampleTraffic.Rows();
        Assert.Equal(SampleTraffic.DemoRows, rows.Count);
        Assert.All(rows, row => Assert.True(SampleDataset.Evaluation.Contains(row.Day)));
        Assert.Equal(rows.Take(100), SampleTraffic.Rows(100));
        Assert.Equal(CardSimulator.Run(SampleDataset.Settings).During(SampleDataset.Evaluation)[0], rows[0]);
    }

    [Fact]
    public void More_rows_than_the_period_has_are_refused()
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => SampleTraffic.Rows(1_000_000));
        Assert.Contains("days 97-126 have", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleTraffic.Rows(-1));
    }
}
