namespace ModelServing.TestKit.ExperimentSimulation;

/// <summary>Models that rank well or badly. Scores are thousandths, so a bootstrap has few bins.</summary>
public static class RankingScores
{
    /// <summary>Both kinds of units have scores of a normal distribution, half a deviation apart: the area is 0.64.</summary>
    public static double Weak(Random random, bool isPositive) => Logistic(Normal(random) + (isPositive ? 0.5 : 0));

    /// <summary>Six of ten positive units are easy to find, and the others are like negative ones, as frauds are.</summary>
    public static double Mixed(Random random, bool isPositive) => Math.Round(
        isPositive && random.NextDouble() < 0.6 ? 1 - Math.Pow(random.NextDouble(), 2) / 2 : random.NextDouble() * 0.7, 3);

    /// <summary>The distributions are three deviations apart: the area is 0.983.</summary>
    public static double Strong(Random random, bool isPositive) => Logistic(Normal(random) + (isPositive ? 3 : 0));

    /// <summary>All positive units are on top, but 5 of 100 that are like negative ones. All that varies comes from these.</summary>
    public static double NearlyPerfect(Random random, bool isPositive) => Math.Round(
        isPositive && random.NextDouble() < 0.95 ? 0.9 + random.NextDouble() / 10 : random.NextDouble() * 0.9, 3);

    private static double Logistic(double value) => Math.Round(1 / (1 + Math.Exp(-value)), 3);

    // G. E. P. Box, M. E. Muller, "A Note on the Generation of Random Normal Deviates", 1958.
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
