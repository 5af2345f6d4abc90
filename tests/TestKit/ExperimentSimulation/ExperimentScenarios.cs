namespace ModelServing.TestKit.ExperimentSimulation;

/// <summary>The scenarios of <c>./dev soak experiment</c>.</summary>
public static class ExperimentScenarios
{
    // The sample's share of frauds.
    private const double Rare = 0.016;

    /// <summary>Arms that do not differ.</summary>
    public static IReadOnlyList<ExperimentScenario> Equal { get; } =
    [
        Same("rates", 0.5, static random => Rate(random, Rare)),
        Same("rates, 90:10", 0.1, static random => Rate(random, Rare)),
        Same("rare outcomes, 90:10", 0.1, static random => Rate(random, 0.001)),
        Same("heavy tails", 0.5, Cost),
        Same("heavy tails, 90:10", 0.1, Cost),
        Same("very heavy tails", 0.5, static random => LogNormal(random, 0, 2)),
        Same("very heavy tails, 95:5", 0.05, static random => LogNormal(random, 0, 2)),
    ];

    /// <summary>Arms with a true difference.</summary>
    public static IReadOnlyList<ExperimentScenario> Different { get; } =
    [
        new("a rate doubled", 0.5, static random => Rate(random, Rare), static random => Rate(random, 2 * Rare), Rare),
        new("a rate doubled, 90:10", 0.1, static random => Rate(random, Rare), static random => Rate(random, 2 * Rare), Rare),
        new("a mean up by a fifth", 0.5, static random => LogNormal(random, 0, 1), static random => 1.2 * LogNormal(random, 0, 1),
            0.2 * Math.Exp(0.5)),
        new("a cost down by half", 0.5, Cost, static random => random.NextDouble() < 0.5 ? Cost(random) : 0, -MeanCost / 2)
        {
            Units = 100_000,
        },
    ];

    // A false alarm costs 5, and a missed fraud its amount.
    private static double Cost(Random random) => random.NextDouble() switch
    {
        < Rare => LogNormal(random, 4, 1.2),
        < Rare + 0.01 => 5,
        _ => 0,
    };

    private static double MeanCost => Rare * Math.Exp(4 + 1.2 * 1.2 / 2) + 0.01 * 5;

    private static ExperimentScenario Same(string name, double share, Func<Random, double> draw) => new(name, share, draw, draw, 0);

    private static double Rate(Random random, double rate) => random.NextDouble() < rate ? 1 : 0;

    private static double LogNormal(Random random, double mean, double deviation) => Math.Exp(mean + deviation * Normal(random));

    // G. E. P. Box, M. E. Muller, "A Note on the Generation of Random Normal Deviates", 1958.
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
