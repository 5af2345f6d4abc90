using ModelServing.Rollout.Experiments;

namespace ModelServing.Services.Tests.Rollout.Experiments;

public sealed class ArmComparisonTests
{
    private static readonly ComparisonQuestion Recall = new("simple", "recall", IsHigherBetter: true, Smallest: 0.01, Alpha: 0.05);

    [Theory]
    [InlineData(0.6, true, Conclusion.Better, "simple is better than stable: its recall is higher by 0.084 to 0.116.")]
    [InlineData(0.6, false, Conclusion.Worse, "simple is worse than stable: its recall is higher by 0.084 to 0.116.")]
    [InlineData(0.4, true, Conclusion.Worse, "simple is worse than stable: its recall is lower by 0.084 to 0.116.")]
    [InlineData(0.4, false, Conclusion.Better, "simple is better than stable: its recall is lower by 0.084 to 0.116.")]
    public void An_interval_without_zero_is_a_conclusion(double arm, bool isHigherBetter, Conclusion conclusion, string reason)
    {
        var compared = ArmComparison.Create(Rate(20_000, 0.5), Rate(20_000, arm), Recall with { IsHigherBetter = isHigherBetter }, 1);
        Assert.Equal((conclusion, reason), (compared.Conclusion, compared.Reason));
    }

    [Fact]
    public void An_interval_with_zero_says_how_many_units_are_missing()
    {
        var compared = ArmComparison.Create(Rate(1000, 0.5), Rate(1000, 0.51), Recall, 1);
        Assert.Equal(Conclusion.NotYet, compared.Conclusion);
        Assert.InRange(compared.MissingUnits!.Value, 50_000, 200_000);
        Assert.Equal(
            $"Nothing may be concluded yet: the difference in recall is between -0.0601 and 0.0801. About {compared.MissingUnits:N0} " +
                "more units would show a difference of 0.01.",
            compared.Reason);
        var enough = ArmComparison.Create(Rate(10_000_000, 0.5), Rate(10_000_000, 0.5), Recall, 1);
        Assert.Equal((Conclusion.NotYet, 0), (enough.Conclusion, enough.MissingUnits));
        Assert.EndsWith("A difference of 0.01 or more would show by now.", enough.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_shares_than_planned_make_every_comparison_invalid()
    {
        var compared = ArmComparison.Create(Rate(20_000, 0.5), Rate(20_000, 0.6), Recall, 0.0004);
        Assert.Equal(Conclusion.Invalid, compared.Conclusion);
        Assert.EndsWith("in other shares than planned (p = 0.0004).", compared.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_enough_outcomes_nothing_is_known()
    {
        var compared = ArmComparison.Create(Rate(20_000, 0.5), null, Recall, 1);
        Assert.Equal((Conclusion.NotYet, null, null), (compared.Conclusion, compared.Difference, compared.MissingUnits));
        Assert.Equal(
            "Nothing may be concluded yet: too few units have an outcome that differs from the others'.", compared.Reason);
    }

    [Theory]
    [InlineData(40, 1960, 25, 1975, "a positive outcome", 25, 40, " About 12,000 more units would have them.")]
    [InlineData(1960, 40, 1975, 25, "a negative outcome", 25, 40, " About 12,000 more units would have them.")]
    [InlineData(99, 1901, 400, 1600, "a positive outcome", 400, 99, " About 41 more units would have them.")]
    [InlineData(0, 2000, 25, 1975, "a positive outcome", 25, 0, "")]
    public void A_ranking_with_few_outcomes_says_how_many_are_missing(
        long positive, long negative, long positiveInArm, long negativeInArm, string outcome, int inArm, int inStable, string more)
    {
        // Without the minimum, it would be certain.
        var (stable, arm) = (Rate(2000, 0.5), Rate(2000, 0.9));
        Assert.Equal(Conclusion.Better, ArmComparison.Create(stable, arm, Recall, 1).Conclusion);
        var compared = ArmComparison.Create(
            stable with { Ranked = new RankedUnits(positive, negative) },
            arm with { Ranked = new RankedUnits(positiveInArm, negativeInArm) },
            Recall with { Metric = "ranking AUC" },
            1);
        Assert.Equal((Conclusion.NotYet, null, null), (compared.Conclusion, compared.Difference, compared.MissingUnits));
        Assert.Equal(
            $"Nothing may be concluded yet: of the 100 units with {outcome} that each arm needs for ranking AUC, simple has {inArm} and " +
                $"stable has {inStable}.{more}",
            compared.Reason);
    }

    private static ArmEstimate Rate(long units, double rate) => new(units, rate, rate * (1 - rate), units);
}
