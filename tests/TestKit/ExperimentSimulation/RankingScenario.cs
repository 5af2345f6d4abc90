using ModelServing.Rollout.Experiments;

namespace ModelServing.TestKit.ExperimentSimulation;

/// <summary>Experiments whose arms rank equally well, looked at after every hundred units, by AUC and by average precision.</summary>
/// <param name="Name">The scenario's name.</param>
/// <param name="Share">The arm's share of the units.</param>
/// <param name="Rate">The share of positive units.</param>
/// <param name="Score">Draws the score of a positive or a negative unit.</param>
public sealed record RankingScenario(string Name, double Share, double Rate, Func<Random, bool, double> Score)
{
    private const int LookEvery = 100;

    /// <summary>How many positive units the smaller arm has at the end, on average.</summary>
    private const int Positives = 200;

    /// <summary>The scenarios of <c>./dev soak experiment</c>.</summary>
    public static IReadOnlyList<RankingScenario> All { get; } =
    [
        new("weak, 5%", 0.5, 0.05, RankingScores.Weak),
        new("mixed, 5%", 0.5, 0.05, RankingScores.Mixed),
        new("strong, 5%", 0.5, 0.05, RankingScores.Strong),
        new("nearly perfect, 5%", 0.5, 0.05, RankingScores.NearlyPerfect),
        new("weak, 1%", 0.5, 0.01, RankingScores.Weak),
        new("mixed, 1%", 0.5, 0.01, RankingScores.Mixed),
        new("strong, 1%", 0.5, 0.01, RankingScores.Strong),
        new("nearly perfect, 1%", 0.5, 0.01, RankingScores.NearlyPerfect),
        new("mixed, 0.5%", 0.5, 0.005, RankingScores.Mixed),
        new("strong, 0.5%", 0.5, 0.005, RankingScores.Strong),
        new("mixed, 5%, 90:10", 0.1, 0.05, RankingScores.Mixed),
        new("mixed, 2%, 90:10", 0.1, 0.02, RankingScores.Mixed),
        new("strong, 2%, 90:10", 0.1, 0.02, RankingScores.Strong),
    ];

    // That of one comparison alone, and of each of five.
    private static readonly double[] Alphas = [ExperimentScenario.Alpha, ExperimentScenario.Alpha / 5];

    /// <summary>The number of units of each experiment.</summary>
    public int Units => (int)(Positives / (Rate * Math.Min(Share, 1 - Share)));

    /// <summary>Simulates experiments. The same seed gives the same result.</summary>
    /// <returns>AUC and average precision, each with several shares of errors.</returns>
    public IReadOnlyList<RankingResult> Simulate(int experiments, int seed, CancellationToken cancellation = default)
    {
        var results = Alphas.SelectMany(alpha => new[]
        {
            new RankingResult("AUC", alpha, new long[experiments]),
            new RankingResult("average precision", alpha, new long[experiments]),
        }).ToArray();
        Parallel.For(0, experiments, new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism = Environment.ProcessorCount,
        }, experiment =>
        {
            foreach (var (result, last) in results.Zip(SimulateOne(new Random(unchecked(seed * 7919 + experiment)), cancellation)))
                ((long[])result.LastWrong)[experiment] = last;
        });
        return results;
    }

    private long[] SimulateOne(Random random, CancellationToken cancellation)
    {
        var (stable, arm, last) = (new RankingSums(), new RankingSums(), new long[2 * Alphas.Length]);
        var (ofStable, ofArm) = (new ScoreCounts(), new ScoreCounts());
        RankingLook area = new(), precision = new();
        for (var unit = 1; unit <= Units; unit++)
        {
            var isPositive = random.NextDouble() < Rate;
            var score = Score(random, isPositive);
            var isArm = random.NextDouble() < Share;
            (isArm ? arm : stable).Add((ulong)random.NextInt64(), score, isPositive);
            (isArm ? ofArm : ofStable).Add(score, isPositive);
            if (unit % LookEvery != 0)
                continue;
            cancellation.ThrowIfCancellationRequested();
            var (one, other) = (ofStable.Rank(), ofArm.Rank());
            if (area.IsNeeded(unit, other.Area - one.Area))
                Look(area, stable.Area(), arm.Area(), last, 0);
            if (precision.IsNeeded(unit, other.Precision - one.Precision))
                Look(precision, stable.AveragePrecision(), arm.AveragePrecision(), last, 1);
        }

        return last;
    }

    // Without the minimum of outcomes, because the simulation shows which one is needed.
    private static void Look(RankingLook look, ArmEstimate? stable, ArmEstimate? arm, long[] last, int figure)
    {
        if (stable is not { Ranked: { } ofStable } one || arm is not { Ranked: { } ofArm } other)
            return;
        for (var i = 0; i < Alphas.Length; i++)
        {
            if (ConfidenceSequence.Between(one with { Ranked = null }, other with { Ranked = null }, Alphas[i]) is not { } seen)
                continue;
            // The first alpha has the narrowest interval.
            if (i == 0)
                look.Seen(one.Units + other.Units, (seen.Upper - seen.Lower) / 2);
            if (seen.Lower > 0 || seen.Upper < 0)
                last[2 * i + figure] = Math.Min(ofStable.OfRarerOutcome, ofArm.OfRarerOutcome);
        }
    }
}
