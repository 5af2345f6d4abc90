using ModelServing.Sample.Simulation;

namespace ModelServing.Sample;

/// <summary>Realistic input for a running fraud model: transactions that neither version was trained on.</summary>
public static class SampleTraffic
{
    /// <summary>The number of rows that a demo sends.</summary>
    public const int DemoRows = 20_000;

    /// <summary>
    /// The first <paramref name="count"/> rows of <see cref="SampleDataset.Evaluation"/>, ordered by time. They are the
    /// same in every process on every machine. Each call simulates the world again (well under a second), so keep the result.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The period has fewer rows (about 59,000).</exception>
    public static IReadOnlyList<SampleRow> Rows(int count = DemoRows)
    {
        var rows = SampleDataset.Rows(CardSimulator.Run(SampleDataset.Settings), SampleDataset.Evaluation, count);
        return rows.Count == count
            ? rows
            : throw new ArgumentOutOfRangeException(nameof(count), count, $"{SampleDataset.Evaluation} have {rows.Count} rows");
    }
}
