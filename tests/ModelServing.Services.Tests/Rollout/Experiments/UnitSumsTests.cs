using CsCheck;
using ModelServing.Rollout.Experiments;

namespace ModelServing.Services.Tests.Rollout.Experiments;

public sealed class UnitSumsTests
{
    [Fact]
    public void A_mean_has_the_usual_variance_however_the_units_are_added() =>
        Gen.Double[-1000, 1000].Array[2, 50].Sample(static values =>
        {
            var half = values.Length / 2;
            var sums = Sum(values[..half]) + Sum(values[half..]);
            var estimate = sums.Estimate()!.Value;
            var mean = values.Average();
            Assert.Equal(values.Length, estimate.Units);
            Assert.Equal(mean, estimate.Value, 1e-9);
            Assert.Equal(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1), estimate.UnitVariance, 1e-6);
        });

    // The delta method against many resampled experiments.
    [Fact]
    public void A_ratios_variance_is_that_of_repeated_experiments()
    {
        var random = new Random(1);
        var estimates = Enumerable.Range(0, 2000).Select(_ => Draw(random)).ToList();
        var mean = estimates.Average(static one => one.Value);
        var deviation = Math.Sqrt(estimates.Average(one => (one.Value - mean) * (one.Value - mean)));
        Assert.Equal(1, estimates.Average(static one => one.StandardError) / deviation, 0.05);

        // A unit has 0 to 9 flagged payments, each right in a share that is the unit's own.
        static ArmEstimate Draw(Random random)
        {
            var sums = default(UnitSums);
            for (var unit = 0; unit < 400; unit++)
            {
                var (flagged, share) = (random.Next(10), random.NextDouble());
                sums += UnitSums.From(Enumerable.Range(0, flagged).Count(_ => random.NextDouble() < share), flagged);
            }

            return sums.Estimate()!.Value;
        }
    }

    [Fact]
    public void Nothing_is_estimated_from_one_unit_or_without_denominators()
    {
        Assert.Null(UnitSums.From(1).Estimate());
        Assert.Null((UnitSums.From(0, 0) + UnitSums.From(0, 0)).Estimate());
        Assert.Throws<ArgumentOutOfRangeException>(() => UnitSums.From(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => UnitSums.From(1, double.PositiveInfinity));
    }

    private static UnitSums Sum(double[] values) =>
        values.Aggregate(default(UnitSums), static (sums, value) => sums + UnitSums.From(value));
}
