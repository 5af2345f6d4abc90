using CsCheck;
using ModelServing.Rollout.Experiments;

namespace ModelServing.Services.Tests.Rollout.Experiments;

public sealed class RankingSumsTests
{
    // The example of scikit-learn's documentation of roc_auc_score and average_precision_score.
    [Fact]
    public void Area_and_average_precision_are_as_published()
    {
        var sums = Sum([(0.1, false), (0.4, false), (0.35, true), (0.8, true)]);
        Assert.Equal(0.75, AreaOf(sums), 1e-9);
        Assert.Equal(0.8333333333, PrecisionOf(sums), 1e-9);
    }

    // Scores of hundredths fall into different bins, and equal ones into the same.
    [Fact]
    public void They_are_those_of_the_definition() =>
        Gen.Select(Gen.Int[-150, 150], Gen.Bool).Array[20, 200].Sample(static rows =>
        {
            var scored = rows.Select(static row => (Score: row.Item1 / 100.0, IsPositive: row.Item2)).ToArray();
            var (positives, negatives) = (
                scored.Where(static row => row.IsPositive).Select(static row => row.Score).ToList(),
                scored.Where(static row => !row.IsPositive).Select(static row => row.Score).ToList());
            if (positives.Count < 5 || negatives.Count < 5)
                return;
            var pairs = positives.SelectMany(_ => negatives, static (one, other) => one > other ? 1 : one == other ? 0.5 : 0);
            var precision = positives.Average(threshold =>
                (double)positives.Count(score => score >= threshold) / scored.Count(row => row.Score >= threshold));
            var sums = Sum(scored);
            Assert.Equal(pairs.Average(), AreaOf(sums), 1e-9);
            Assert.Equal(precision, PrecisionOf(sums), 1e-9);
        });

    [Fact]
    public void Scores_near_1_are_told_apart_as_well_as_those_near_0()
    {
        var sums = Sum([.. Enumerable.Range(1, 100).Select(static i => (1 - i * 1e-6, i % 2 == 0 && i < 50))]);
        var mirrored = Sum([.. Enumerable.Range(1, 100).Select(static i => (i * 1e-6, !(i % 2 == 0 && i < 50)))]);
        Assert.Equal(AreaOf(mirrored), AreaOf(sums), 0.001);
        Assert.NotEqual(0.5, AreaOf(sums), 0.05);
    }

    // The bootstrap against many repeated experiments. A unit's predictions are alike, so a bootstrap over predictions would be too sure.
    [Fact]
    public void The_standard_error_is_that_of_repeated_experiments_over_units()
    {
        var random = new Random(1);
        var areas = Enumerable.Range(0, 300).Select(_ => Draw(random)).ToList();
        foreach (var estimates in (List<ArmEstimate>[])[
            [.. areas.Select(static sums => sums.Area()!.Value)], [.. areas.Select(static sums => sums.AveragePrecision()!.Value)]])
        {
            var mean = estimates.Average(static one => one.Value);
            var deviation = Math.Sqrt(estimates.Average(one => (one.Value - mean) * (one.Value - mean)));
            Assert.Equal(1, estimates.Average(static one => one.StandardError) / deviation, 0.15);
        }

        static RankingSums Draw(Random random)
        {
            var sums = new RankingSums();
            for (var unit = 0; unit < 200; unit++)
            {
                var (hash, isPositive) = ((ulong)random.NextInt64(), random.NextDouble() < 0.2);
                var score = random.NextDouble() * (isPositive ? 1 : 0.7);
                for (var i = 0; i < 5; i++)
                    sums.Add(hash, score, isPositive);
            }

            return sums;
        }
    }

    // A unit with any positive prediction is positive, so that many good payments of a card with one fraud do not make it two units.
    [Fact]
    public void Positive_and_negative_units_are_counted_and_not_their_predictions()
    {
        var sums = new RankingSums();
        for (var unit = 0UL; unit < 40; unit++)
        {
            sums.Add(unit, 0.2, false);
            sums.Add(unit, 0.4, unit < 3);
            sums.Add(unit, 0.3, unit < 2);
        }

        Assert.Equal(new RankedUnits(3, 37), sums.Area()!.Value.Ranked);
        Assert.Equal(new RankedUnits(3, 37), sums.AveragePrecision()!.Value.Ranked);
        Assert.Equal(3, sums.Area()!.Value.EffectiveUnits);
    }

    [Fact]
    public void Nothing_is_estimated_without_both_outcomes()
    {
        Assert.Null(Sum([(0.1, true), (0.2, true)]).Area());
        Assert.Null(Sum([(0.1, false), (0.2, false)]).AveragePrecision());
        Assert.Throws<ArgumentOutOfRangeException>(() => new RankingSums().Add(1, double.NaN, true));
    }

    [Fact]
    public void Any_number_of_scores_needs_a_bounded_number_of_bins()
    {
        var (fine, random) = (new RankingSums(), new Random(1));
        for (var i = 0; i < 60_000; i++)
        {
            var score = Math.Exp(40 * random.NextDouble() - 20);
            fine.Add((ulong)i, score, random.NextDouble() < score / (1 + score));
        }

        Assert.InRange(AreaOf(fine), 0.99, 0.999);
    }

    private static RankingSums Sum((double Score, bool IsPositive)[] rows)
    {
        var sums = new RankingSums();
        foreach (var (i, (score, isPositive)) in rows.Index())
            sums.Add((ulong)i, score, isPositive);
        return sums;
    }

    private static double AreaOf(RankingSums sums) => sums.Area()!.Value.Value;

    private static double PrecisionOf(RankingSums sums) => sums.AveragePrecision()!.Value.Value;
}
