using ModelServing.Rollout.Guard;

namespace ModelServing.Services.Tests.Rollout.Guard;

public class EvidenceTests
{
    // One copy, to six digits. Changing these values changes which versions are condemned.
    [Theory]
    [InlineData(0.1, 1, 0, 5.09542)]
    [InlineData(0.1, 4, 0, 1180.09)]
    [InlineData(0.1, 5, 3, 36.1804)]
    [InlineData(0.1, 10, 20, 4.36029)]
    [InlineData(0.05, 4, 0, 13544.5)]
    public void A_copy_has_its_check_value_at_tolerance_one_and_a_half(double share, int watched, int stable, double expected) =>
        AssertSixDigits(expected, CopyOf(share, 1.5, watched, stable));

    [Theory]
    [InlineData(4, 0, 53356.9)]
    [InlineData(20, 100, 5139.47)]
    public void A_copy_of_the_error_rate_has_its_check_value(int failures, int others, double expected) =>
        AssertSixDigits(expected, CopyOf(0.05, 1, failures, others));

    [Fact]
    public void At_half_of_the_traffic_nineteen_failures_alone_pass_8000_and_eighteen_do_not()
    {
        Assert.True(CopyOf(0.5, 1.5, 19, 0) > 8000);
        Assert.True(CopyOf(0.5, 1.5, 18, 0) < 8000);
    }

    [Fact]
    public void Counts_beyond_any_exponent_are_still_compared()
    {
        var counts = Some.Counts(Enumerable.Repeat(Some.Failure(isWatched: true, minute: 1), 5000));
        Assert.InRange(Evidence.Relative(counts, GuardKind.Error, 1.5).Log, 5000, double.MaxValue);
        var verdict = GuardRule.Decide(counts, Some.Policy, GuardScope.Sum, default, default);
        Assert.Equal(1e300, verdict!.Evidence);
    }

    private static double CopyOf(double share, double tolerance, int watched, int other)
    {
        var products = new double[RatioMixture.Ratios];
        new RatioMixture(share, tolerance).Add(watched, other, products);
        return Math.Exp(RatioMixture.LogMean(products));
    }

    private static void AssertSixDigits(double expected, double actual)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(expected)) - 5);
        Assert.Equal(Math.Round(expected / unit), Math.Round(actual / unit));
    }
}
