namespace ModelServing.TestKit.ExperimentSimulation;

/// <summary>What a scenario's experiments showed.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Experiments">The number of experiments.</param>
/// <param name="Wrong">Those whose interval left out the true difference at any look.</param>
/// <param name="Covered">Those whose last interval contains it.</param>
/// <param name="Found">Those whose interval left out 0 at any look.</param>
/// <param name="UnitsUntilFound">The mean number of units until then; null if no interval did.</param>
public sealed record ExperimentScenarioResult(
    ExperimentScenario Scenario, int Experiments, int Wrong, int Covered, int Found, double? UnitsUntilFound)
{
    /// <summary>The most experiments whose interval may ever leave out the true difference.</summary>
    public int WrongAtMost => (int)(ExperimentScenario.Alpha * Experiments);

    public bool IsGood => Wrong <= WrongAtMost;
}
