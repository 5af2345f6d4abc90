using ModelServing.Sample.Simulation;

namespace ModelServing.Sample;

/// <summary>Realistic input for a running fraud model: payments that neither version was trained on.</summary>
public static class SampleTraffic
{
    /// <summary>The number of payments that a demo sends.</summary>
    public const int DemoRows = 20_000;

    /// <summary>
    /// The first <paramref name="count"/> payments of <see cref="SampleDataset.Evaluation"/>, ordered by time. They are the
    /// same in every process on every machine. Each call simulates the world again (well under a second), so keep the result.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The period has fewer payments (about 59,000).</exception>
    public static IReadOnlyList<Transaction> Rows(int count = DemoRows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var rows = CardSimulator.Run(SampleDataset.Settings).During(SampleDataset.Evaluation);
        return rows.Count >= count
            ? [.. rows.Take(count)]
            : throw new ArgumentOutOfRangeException(nameof(count), count, $"{SampleDataset.Evaluation} have {rows.Count} rows");
    }
}
