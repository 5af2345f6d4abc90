using ModelServing.Sample.Simulation;

namespace ModelServing.Sample;

/// <summary>
/// The rows that the sample's models are trained and evaluated on: one simulated world, cut by time. Days 0 to 29 only fill the longest
/// window. Between training and evaluation lie the seven days in which the labels of the last training day become known: whoever
/// trained on the first evaluation day would have had exactly these labels.
/// </summary>
public static class SampleDataset
{
    /// <summary>The world; <see cref="SimulatorSettings"/>' defaults.</summary>
    public static SimulatorSettings Settings { get; } = new();

    /// <summary>The days to train on.</summary>
    public static Period Training { get; } = new(30, 89);

    /// <summary>The days to evaluate on, and those that <see cref="SampleTraffic"/> replays.</summary>
    public static Period Evaluation { get; } = new(Training.Last + WindowFeatures.LabelDelayDays + 1, 126);

    /// <summary>The rows of a period of <see cref="Settings"/>' world, in the order of time.</summary>
    public static IReadOnlyList<SampleRow> Rows(Period period) => Rows(CardSimulator.Run(Settings), period, int.MaxValue);

    /// <summary>The rows of a period of some world, in the order of time.</summary>
    /// <param name="transactions">A world's transactions from its first day, in the order of time.</param>
    /// <param name="period">The days wanted.</param>
    /// <param name="atMost">Stops after so many rows.</param>
    public static IReadOnlyList<SampleRow> Rows(IReadOnlyList<Transaction> transactions, Period period, int atMost)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        ArgumentOutOfRangeException.ThrowIfNegative(atMost);
        var count = Math.Min(atMost, transactions.Count(transaction => period.Contains(transaction.Day)));
        var features = new float[count * WindowFeatures.Count];
        var rows = new List<SampleRow>(count);
        var windows = new WindowFeatures();
        Span<float> unwanted = stackalloc float[WindowFeatures.Count];
        foreach (var transaction in transactions)
        {
            if (rows.Count == count)
                break;
            if (!period.Contains(transaction.Day))
            {
                windows.Next(transaction, unwanted);
                continue;
            }

            var row = features.AsMemory(rows.Count * WindowFeatures.Count, WindowFeatures.Count);
            windows.Next(transaction, row.Span);
            rows.Add(new SampleRow(transaction, row));
        }

        return rows;
    }
}
