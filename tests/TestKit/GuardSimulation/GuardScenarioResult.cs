namespace ModelServing.TestKit.GuardSimulation;

/// <summary>What became of a scenario's rollouts.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Rollouts">How many there were.</param>
/// <param name="Condemned">How many of them were condemned.</param>
/// <param name="Failures">How many failures the watched variant had in one on average, since the fault where there is one.</param>
public sealed record GuardScenarioResult(GuardScenario Scenario, int Rollouts, int Condemned, double Failures)
{
    /// <summary>The most rollouts that may be condemned; of a faulty version all of them have to be.</summary>
    public int CondemnedAtMost => Scenario.FailuresAtMost is not null ? Rollouts : Scenario.IsNeverCondemned ? 0 : (int)(Rollouts * Scenario.Policy.FalseAlarm);

    /// <summary>The guard did what it has to do.</summary>
    public bool IsGood => Scenario.FailuresAtMost is { } most ? Condemned == Rollouts && Failures <= most : Condemned <= CondemnedAtMost;
}
