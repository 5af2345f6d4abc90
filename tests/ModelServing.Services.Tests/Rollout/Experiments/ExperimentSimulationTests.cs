using ModelServing.Rollout.Experiments;
using ModelServing.TestKit.ExperimentSimulation;

namespace ModelServing.Services.Tests.Rollout.Experiments;

/// <summary>The short form of <c>./dev soak experiment</c>.</summary>
public sealed class ExperimentSimulationTests
{
    public static TheoryData<string> Equal => [.. ExperimentScenarios.Equal.Select(static scenario => scenario.Name)];

    public static TheoryData<string> Different => [.. ExperimentScenarios.Different.Select(static scenario => scenario.Name)];

    // If each arm counted with its own variance from the first unit on, a tenth to a third of the experiments with unequal arms would end
    // in a wrong claim.
    [Theory]
    [MemberData(nameof(Equal))]
    public void Arms_that_do_not_differ_seldom_seem_to(string name)
    {
        var result = ExperimentScenarios.Equal.Single(scenario => scenario.Name == name).Simulate(100, seed: 1);
        Assert.InRange(result.Wrong, 0, result.WrongAtMost);
    }

    [Theory]
    [InlineData("mixed, 5%")]
    [InlineData("mixed, 1%")]
    public void Arms_that_rank_equally_well_seldom_seem_to_differ(string name)
    {
        var results = RankingScenario.All.Single(scenario => scenario.Name == name).Simulate(40, seed: 1);
        Assert.All(results, static result => Assert.InRange(result.WrongFrom(RankedUnits.Least), 0, result.WrongAtMost));
    }

    [Theory]
    [MemberData(nameof(Different))]
    public void A_true_difference_is_in_the_interval_and_is_found(string name)
    {
        var result = ExperimentScenarios.Different.Single(scenario => scenario.Name == name).Simulate(100, seed: 1);
        Assert.InRange(result.Covered, 95, 100);
        Assert.InRange(result.Wrong, 0, result.WrongAtMost);
        Assert.InRange(result.Found, 60, 100);
    }
}
