using ModelServing.Rollout.Experiments;
using ModelServing.TestKit.ExperimentSimulation;

namespace ModelServing.Services.Tests.Rollout.Experiments;

public sealed class SampleRatioTests
{
    // Published values of the sequential multinomial test with a Dirichlet prior.
    [Fact]
    public void The_marginal_likelihoods_are_as_published()
    {
        var ratio = new SampleRatio([0.4, 0.4, 0.2]);
        long[][] rows = [[20, 17, 9], [18, 21, 8], [4, 6, 4], [18, 19, 11]];
        foreach (var row in rows)
            ratio.Add(row);
        Assert.Equal(-19.96484521, ratio.LogAlternative, 5e-9);
        Assert.Equal(-15.78103123, ratio.LogNull, 5e-9);
        Assert.InRange(ratio.PValue, 0.5, 1);
    }

    [Fact]
    public void The_probability_only_falls()
    {
        var ratio = new SampleRatio([0.5, 0.5]);
        ratio.Add([900, 1100]);
        var low = ratio.PValue;
        Assert.InRange(low, 0, 0.01);
        ratio.Add([1100, 900]);
        Assert.Equal(low, ratio.PValue);
    }

    [Fact]
    public void Records_that_an_arm_loses_are_found_and_planned_shares_are_not()
    {
        Assert.Equal(40, new SampleRatioScenario("lost", 0.05).Simulate(40, seed: 1));
        Assert.Equal(0, new SampleRatioScenario("as planned", 0).Simulate(40, seed: 1));
    }

    [Fact]
    public void Shares_must_be_shares()
    {
        Assert.Throws<ArgumentException>(() => new SampleRatio([1]));
        Assert.Throws<ArgumentException>(() => new SampleRatio([0.5, 0.4]));
        Assert.Throws<ArgumentException>(() => new SampleRatio([1, 0]));
        Assert.Throws<ArgumentException>(() => new SampleRatio([0.5, 0.5]).Add([1]));
        Assert.Throws<ArgumentException>(() => new SampleRatio([0.5, 0.5]).Add([1, -1]));
    }
}
