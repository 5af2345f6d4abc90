using ModelServing.Rollout.Guard;

namespace ModelServing.TestKit.GuardSimulation;

/// <summary>Rollouts of one kind, and the result that the guard must reach.</summary>
/// <param name="Name">The scenario's name.</param>
/// <param name="Policy">The guard's rules.</param>
/// <param name="Run">Simulates one rollout.</param>
public sealed record GuardScenario(string Name, GuardPolicy Policy, Action<SimulatedRollout> Run)
{
    public int Routers { get; init; } = 1;

    /// <summary>The most failures of the watched variant, on average, before it is condemned. Null for a version that is good enough: it
    /// may be condemned in the share of rollouts that the policy allows as false alarms.</summary>
    public double? FailuresAtMost { get; init; }

    /// <summary>The most minutes, on average, before a faulty version is condemned; null if only failures are limited.</summary>
    public double? MinutesAtMost { get; init; }

    /// <summary>Whether no rollout may be condemned, regardless of the policy's false alarms.</summary>
    public bool IsNeverCondemned { get; init; }

    /// <summary>Simulates rollouts in parallel. The same seed gives the same result on any machine with the same arithmetic.</summary>
    public GuardScenarioResult Simulate(int rollouts, int seed, CancellationToken cancellation = default)
    {
        var (condemned, failures, minutes) = (0, 0L, 0.0);
        var adding = new Lock();
        Parallel.For(0, rollouts, new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism = Environment.ProcessorCount,
        }, i =>
        {
            var rollout = new SimulatedRollout(Policy, Routers, HashCodeOf(seed, i));
            Run(rollout);
            lock (adding)
            {
                condemned += rollout.IsCondemned ? 1 : 0;
                failures += rollout.WatchedFailures;
                minutes += rollout.Minutes;
            }
        });
        return new GuardScenarioResult(this, rollouts, condemned, (double)failures / rollouts, minutes / rollouts);
    }

    // One step of SplitMix64, so that neighbours have nothing in common.
    private static int HashCodeOf(int seed, int index)
    {
        var z = ((ulong)(uint)seed << 32 | (uint)index) + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)(z ^ (z >> 31));
    }
}
