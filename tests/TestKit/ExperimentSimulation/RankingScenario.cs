using ModelServing.Rollout.Experiments;

namespace ModelServing.TestKit.ExperimentSimulation;

/// <summary>Experiments whose arms rank equally well, by AUC or by average precision. A look costs a bootstrap, so there are fewer looks
/// than at other metrics, and the first ones are closer to each other.</summary>
/// <param name="Name">The scenario's name.</param>
/// <param name="Share">The arm's share of the units.</param>
/// <param name="Rate">The share of positive units.</param>
/// <param name="IsArea">Whether it is about AUC.</param>
public sealed record RankingScenario(string Name, double Share, double Rate, bool IsArea)
{
    private static readonly int[] Looks = [250, 500, 750, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12_000, 16_000, 20_000];

    /// <summary>The scenarios of <c>./dev soak experiment</c>.</summary>
    public static IReadOnlyList<RankingScenario> All { get; } =
    [
        new("AUC", 0.5, 0.02, IsArea: true),
        new("AUC, 90:10", 0.1, 0.02, IsArea: true),
        new("average precision", 0.5, 0.02, IsArea: false),
        new("average precision, 90:10", 0.1, 0.02, IsArea: false),
    ];

    /// <summary>Simulates experiments, and returns how many were ever wrong. The same seed gives the same result.</summary>
    public int Simulate(int experiments, int seed, CancellationToken cancellation = default)
    {
        var wrong = 0;
        Parallel.For(0, experiments, new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism = Environment.ProcessorCount,
        }, i =>
        {
            if (IsWrong(new Random(unchecked(seed * 7919 + i)), cancellation))
                Interlocked.Increment(ref wrong);
        });
        return wrong;
    }

    private bool IsWrong(Random random, CancellationToken cancellation)
    {
        var (stable, arm, unit) = (new RankingSums(), new RankingSums(), 0);
        foreach (var look in Looks)
        {
            cancellation.ThrowIfCancellationRequested();
            for (; unit < look; unit++)
            {
                var isPositive = random.NextDouble() < Rate;
                // Some positive units are easy to find, and others are like negative ones.
                var score = Math.Round(isPositive && random.NextDouble() < 0.6 ? 1 - Math.Pow(random.NextDouble(), 2) / 2
                    : random.NextDouble() * 0.7, 3);
                (random.NextDouble() < Share ? arm : stable).Add((ulong)random.NextInt64(), score, isPositive);
            }

            var (ofStable, ofArm) = IsArea
                ? (stable.Area(), arm.Area())
                : (stable.AveragePrecision(), arm.AveragePrecision());
            if (ofStable is { } one && ofArm is { } other
                && ConfidenceSequence.Between(one, other, ExperimentScenario.Alpha) is { } seen && (seen.Lower > 0 || seen.Upper < 0))
                return true;
        }

        return false;
    }
}
