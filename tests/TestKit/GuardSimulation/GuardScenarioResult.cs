namespace ModelServing.TestKit.GuardSimulation;

/// <summary>The result of a scenario.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Rollouts">The number of simulated rollouts.</param>
/// <param name="Condemned">The number of condemned rollouts.</param>
/// <param name="Failures">The average number of the watched variant's failures per rollout, since the fault if there is one.</param>
/// <param name="Minutes">The average minutes to the verdict, since the fault if there is one.</param>
public sealed record GuardScenarioResult(GuardScenario Scenario, int Rollouts, int Condemned, double Failures, double Minutes)
{
    /// <summary>The most rollouts that may be condemned. If the version is faulty, all of them must be.</summary>
    public int CondemnedAtMost => Scenario.FailuresAtMost is not null ? Rollouts
        : Scenario.IsNeverCondemned ? 0
        : (int)(Rollouts * Scenario.Policy.FalseAlarm);

    /// <summary>Whether the guard met its promise.</summary>
    public bool IsGood => Scenario.FailuresAtMost is { } most
        ? Condemned == Rollouts && Failures <= most && Minutes <= (Scenario.MinutesAtMost ?? double.MaxValue)
        : Condemned <= CondemnedAtMost;
}
