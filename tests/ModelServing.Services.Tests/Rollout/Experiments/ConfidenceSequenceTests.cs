using CsCheck;
using ModelServing.Rollout.Experiments;

namespace ModelServing.Services.Tests.Rollout.Experiments;

public sealed class ConfidenceSequenceTests
{
    // The sums of two arms for which a one-sided bound with alpha 0.05 and tuning 5,000 is published.
    private static readonly ArmEstimate A = Mean(3000, 1396.87, 52377.9767);
    private static readonly ArmEstimate B = Mean(3461, 2422.7, 134698.29);

    [Fact]
    public void A_one_sided_bound_is_as_published()
    {
        var difference = B.Value - A.Value;
        var error = Math.Sqrt(A.StandardError * A.StandardError + B.StandardError * B.StandardError);
        var lower = difference - ConfidenceSequence.Width(A.Units + B.Units, 0.05, 5000) * error;
        Assert.Equal((0.234376667, 0.129830813, -0.126568442), (Math.Round(difference, 9), Math.Round(error, 9), Math.Round(lower, 9)));
    }

    [Theory]
    [InlineData(5000, 0.05)]
    [InlineData(5000, 0.1)]
    [InlineData(1, 0.01)]
    public void The_tuning_is_the_papers(double units, double alpha) => Assert.Equal(
        units / (2 * Math.Log(1 / alpha) + Math.Log(1 + 2 * Math.Log(1 / alpha))), ConfidenceSequence.BestRho(units, alpha), 1e-12);

    // A bound for fewer errors is wider at any time. Above 5% this is not so long before the tuning, which depends on the errors.
    [Fact]
    public void A_bound_is_narrowest_near_its_tuning()
    {
        var widths = Enumerable.Range(1, 200).Select(static i => ConfidenceSequence.Width(i * 100.0, 0.025)).ToList();
        Assert.Equal(widths.Min(), ConfidenceSequence.Width(5000, 0.025), 0.02);
        Gen.Select(Gen.Double[1, 1e9], Gen.Double[0.0001, 0.05]).Sample(static (units, alpha) =>
            Assert.True(ConfidenceSequence.Width(units, alpha / 2) > ConfidenceSequence.Width(units, alpha)));
    }

    [Fact]
    public void An_arm_without_a_rare_outcome_yet_does_not_seem_certain()
    {
        var stable = Rate(10_000, 160);
        Assert.Null(ConfidenceSequence.Between(stable, Rate(500, 0), 0.05));
        Assert.Null(ConfidenceSequence.Between(stable, Rate(500, 8), 0.05));
        // 11 outcomes are enough, but fewer than were to be expected: the variance is that of both arms together.
        var seen = ConfidenceSequence.Between(stable, Rate(2000, 11), 0.05)!.Value;
        Assert.Equal(0.0055 - 0.016, seen.Value, 1e-12);
        Assert.InRange(seen.StandardError, 0.0028, 0.0031);
    }

    // Each arm needs both outcomes, however many units there are.
    [Theory]
    [InlineData(100, 100, 100, 100, true)]
    [InlineData(99, 5000, 5000, 5000, false)]
    [InlineData(5000, 99, 5000, 5000, false)]
    [InlineData(5000, 5000, 99, 5000, false)]
    [InlineData(5000, 5000, 5000, 99, false)]
    public void A_ranking_needs_a_hundred_units_of_either_outcome_in_each_arm(
        long positive, long negative, long positiveInArm, long negativeInArm, bool isEnough)
    {
        Assert.Equal(100, RankedUnits.Least);
        var seen = ConfidenceSequence.Between(Ranked(positive, negative), Ranked(positiveInArm, negativeInArm), 0.05);
        Assert.Equal(isEnough, seen is not null);

        static ArmEstimate Ranked(long positive, long negative) =>
            A with { Ranked = new RankedUnits(positive, negative) };
    }

    // The variance of a rate is known from about as many units as have the rarer outcome.
    [Theory]
    [InlineData(1000, 16, 16.8)]
    [InlineData(1000, 984, 16.8)]
    [InlineData(10_000, 10, 10)]
    public void Of_rare_outcomes_about_those_with_the_outcome_count(int units, int outcomes, double effective) =>
        Assert.Equal(effective, Rate(units, outcomes).EffectiveUnits, 0.2);

    [Fact]
    public void The_units_that_are_missing_make_the_interval_as_narrow_as_asked()
    {
        var units = ConfidenceSequence.UnitsFor(A, B, 0.05, 0.1)!.Value;
        Assert.InRange(units, A.Units + B.Units, 1_000_000);
        var scale = (double)units / (A.Units + B.Units);
        var later = ConfidenceSequence.Between(
            A with { Units = (long)(A.Units * scale) }, B with { Units = (long)(B.Units * scale) }, 0.05)!.Value;
        Assert.Equal(0.1, (later.Upper - later.Lower) / 2, 0.0001);
        Assert.Null(ConfidenceSequence.UnitsFor(A, B, 0.05, 1e-9));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_share_of_errors_must_be_one(double alpha) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceSequence.Between(A, B, alpha));

    private static ArmEstimate Mean(long units, double sum, double squares)
    {
        var sums = new UnitSums { Units = units, X = sum, Y = units, XX = squares, XY = sum, YY = units };
        return sums.Estimate()!.Value with { EffectiveUnits = units };
    }

    private static ArmEstimate Rate(int units, int outcomes) => Enumerable.Range(0, units)
        .Aggregate(default(UnitSums), (sums, unit) => sums + UnitSums.From(unit < outcomes ? 1 : 0)).Estimate()!.Value;
}
