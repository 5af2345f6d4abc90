using ModelServing.Rollout.Experiments;

namespace ModelServing.TestKit.ExperimentSimulation;

/// <summary>Experiments of one kind, whose intervals are looked at after every hundred units.</summary>
/// <param name="Name">The scenario's name.</param>
/// <param name="Share">The arm's share of the units; stable has the others.</param>
/// <param name="Stable">Draws a unit's value in stable.</param>
/// <param name="Arm">Draws a unit's value in the arm.</param>
/// <param name="Difference">The true difference of the arm's mean from stable's.</param>
public sealed record ExperimentScenario(
    string Name, double Share, Func<Random, double> Stable, Func<Random, double> Arm, double Difference)
{
    /// <summary>The share of experiments whose interval may ever leave out the true difference.</summary>
    public const double Alpha = 0.05;

    private const int LookEvery = 100;

    /// <summary>The number of units of each experiment.</summary>
    public int Units { get; init; } = 20_000;

    /// <summary>Simulates experiments. The same seed gives the same result.</summary>
    public ExperimentScenarioResult Simulate(int experiments, int seed, CancellationToken cancellation = default)
    {
        var (wrong, covered, found, units) = (0, 0, 0, 0L);
        var adding = new Lock();
        Parallel.For(0, experiments, new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism = Environment.ProcessorCount,
        }, i =>
        {
            var (isWrong, isCovered, foundAt) = SimulateOne(new Random(HashCode(seed, i)));
            lock (adding)
            {
                wrong += isWrong ? 1 : 0;
                covered += isCovered ? 1 : 0;
                found += foundAt is null ? 0 : 1;
                units += foundAt ?? 0;
            }
        });
        return new ExperimentScenarioResult(this, experiments, wrong, covered, found, found == 0 ? null : (double)units / found);
    }

    private (bool IsWrong, bool IsCovered, int? FoundAt) SimulateOne(Random random)
    {
        var (stable, arm) = (default(UnitSums), default(UnitSums));
        var (isWrong, isCovered) = (false, true);
        int? foundAt = null;
        for (var unit = 1; unit <= Units; unit++)
        {
            if (random.NextDouble() < Share)
                arm += UnitSums.From(Arm(random));
            else
                stable += UnitSums.From(Stable(random));
            if (unit % LookEvery != 0 || stable.Estimate() is not { } ofStable || arm.Estimate() is not { } ofArm
                || ConfidenceSequence.Between(ofStable, ofArm, Alpha) is not { } seen)
                continue;
            isCovered = seen.Lower <= Difference && Difference <= seen.Upper;
            isWrong |= !isCovered;
            if (foundAt is null && (seen.Lower > 0 || seen.Upper < 0))
                foundAt = unit;
        }

        return (isWrong, isCovered, foundAt);
    }

    // One step of SplitMix64, so that neighbours have nothing in common.
    private static int HashCode(int seed, int index)
    {
        var z = ((ulong)(uint)seed << 32 | (uint)index) + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)(z ^ (z >> 31));
    }
}
