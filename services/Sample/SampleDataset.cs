using ModelServing.Sample.Simulation;

namespace ModelServing.Sample;

/// <summary>
/// The periods for training and evaluating the sample's models: one simulated world, divided by time. Days 0 to 29 only fill the longest
/// window of the cards. Between training and evaluation are the seven days until the labels of the last training day are known. So training
/// on the first evaluation day would have had exactly these labels.
/// </summary>
public static class SampleDataset
{
    // A terminal's longest window has 30 days in tiles of a day, and ends before the labels that are not known yet.
    private const int WindowDays = 30 + 1 + SampleFeatures.LabelDelayDays;

    /// <summary>The settings of the simulated world, which are the defaults.</summary>
    public static SimulatorSettings Settings { get; } = new();

    public static Period Training { get; } = new(30, 89);

    /// <summary>The days for evaluation, which <see cref="SampleTraffic"/> also replays.</summary>
    public static Period Evaluation { get; } = new(Training.Last + SampleFeatures.LabelDelayDays + 1, 126);

    /// <summary>The days before the evaluation whose events its windows have.</summary>
    public static Period History { get; } = new(Evaluation.First - WindowDays, Evaluation.First - 1);

    /// <summary>The transactions of a period, in the order of time.</summary>
    public static IReadOnlyList<Transaction> During(this IReadOnlyList<Transaction> transactions, Period period) =>
        [.. transactions.Where(transaction => period.Contains(transaction.Day))];
}
