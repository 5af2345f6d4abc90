using ModelServing.Sample.Simulation;

namespace ModelServing.Sample;

/// <summary>
/// The rows for training and evaluating the sample's models: one simulated world, divided by time. Days 0 to 29 only fill the longest
/// window. Between training and evaluation are the seven days until the labels of the last training day are known. So training on the first
/// evaluation day would have had exactly these labels.
/// </summary>
public static class SampleDataset
{
    /// <summary>The settings of the simulated world, which are the defaults.</summary>
    public static SimulatorSettings Settings { get; } = new();

    public static Period Training { get; } = new(30, 89);

    /// <summary>The days for evaluation, which <see cref="SampleTraffic"/> also replays.</summary>
    public static Period Evaluation { get; } = new(Training.Last + WindowFeatures.LabelDelayDays + 1, 126);

    /// <summary>The rows of a period of the world of <see cref="Settings"/>, ordered by time.</summary>
    public static IReadOnlyList<SampleRow> Rows(Period period) => Rows(CardSimulator.Run(Settings), period, int.MaxValue);

    /// <summary>The rows of a period of any world, ordered by time.</summary>
    /// <param name="transactions">The world's transactions from its first day, ordered by time.</param>
    /// <param name="period">The wanted days.</param>
    /// <param name="maximum">The maximum number of rows.</param>
    public static IReadOnlyList<SampleRow> Rows(IReadOnlyList<Transaction> transactions, Period period, int maximum)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        ArgumentOutOfRangeException.ThrowIfNegative(maximum);
        var count = Math.Min(maximum, transactions.Count(transaction => period.Contains(transaction.Day)));
        var features = new float[count * WindowFeatures.Count];
        var rows = new List<SampleRow>(count);
        var windows = new WindowFeatures();
        Span<float> discarded = stackalloc float[WindowFeatures.Count];
        foreach (var transaction in transactions)
        {
            if (rows.Count == count)
                break;
            if (!period.Contains(transaction.Day))
            {
                windows.Next(transaction, discarded);
                continue;
            }

            var row = features.AsMemory(rows.Count * WindowFeatures.Count, WindowFeatures.Count);
            windows.Next(transaction, row.Span);
            rows.Add(new SampleRow(transaction, row));
        }

        return rows;
    }
}
