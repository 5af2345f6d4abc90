using ModelServing.Rollout.Experiments;

namespace ModelServing.TestKit.ExperimentSimulation;

/// <summary>Experiments whose shares are tested after every hundred units.</summary>
/// <param name="Name">The scenario's name.</param>
/// <param name="Lost">The share of the arm's records that are lost.</param>
public sealed record SampleRatioScenario(string Name, double Lost)
{
    /// <summary>From which share of errors on the shares count as wrong.</summary>
    public const double Alpha = 0.001;

    private const int Units = 100_000;
    private const int LookEvery = 100;

    /// <summary>Simulates experiments with two equal arms, and returns in how many the shares are found wrong.</summary>
    public int Simulate(int experiments, int seed)
    {
        var found = 0;
        for (var experiment = 0; experiment < experiments; experiment++)
        {
            var random = new Random(unchecked(seed * 7919 + experiment));
            var ratio = new SampleRatio([0.5, 0.5]);
            for (var unit = 0; unit < Units && ratio.PValue >= Alpha; unit += LookEvery)
            {
                long stable = 0, arm = 0;
                for (var i = 0; i < LookEvery; i++)
                {
                    if (random.NextDouble() < 0.5)
                        stable++;
                    else if (random.NextDouble() >= Lost)
                        arm++;
                }

                ratio.Add([stable, arm]);
            }

            found += ratio.PValue < Alpha ? 1 : 0;
        }

        return found;
    }
}
