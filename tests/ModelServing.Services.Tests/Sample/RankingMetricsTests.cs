using CsCheck;
using ModelServing.Sample;

namespace ModelServing.Services.Tests.Sample;

public class RankingMetricsTests
{
    // A distance and not a number of decimals, because sums that differ in the last bit can round to different decimals.
    private const double Rounding = 1e-12;

    // Few different scores, so that ties are common.
    private static readonly Gen<(float Score, bool Positive)[]> SomeRows =
        Gen.Select(Gen.Int[-3, 5].Select(i => i / 4f), Gen.Bool, (score, positive) => (score, positive)).Array[2, 40]
            .Where(rows => rows.Any(r => r.positive) && rows.Any(r => !r.positive));

    [Fact]
    public void The_area_is_the_share_of_pairs_in_the_right_order() => SomeRows.Sample(rows =>
    {
        var pairs = rows.Where(r => r.Positive)
            .SelectMany(p => rows.Where(r => !r.Positive).Select(n => p.Score > n.Score ? 1.0 : p.Score == n.Score ? 0.5 : 0))
            .ToList();
        Assert.Equal(pairs.Average(), Area(rows), Rounding);
    });

    [Fact]
    public void The_precision_is_the_sum_over_thresholds() => SomeRows.Sample(rows =>
    {
        var (sum, recallBefore) = (0.0, 0.0);
        foreach (var threshold in rows.Select(r => r.Score).Distinct().OrderDescending())
        {
            var taken = rows.Where(r => r.Score >= threshold).ToList();
            var recall = (double)taken.Count(r => r.Positive) / rows.Count(r => r.Positive);
            sum += (recall - recallBefore) * taken.Count(r => r.Positive) / taken.Count;
            recallBefore = recall;
        }

        Assert.Equal(sum, Precision(rows), Rounding);
    });

    [Fact]
    public void The_order_of_rows_does_not_matter() => SomeRows.Sample(rows =>
    {
        Assert.Equal(Area(rows), Area([.. rows.Reverse()]));
        Assert.Equal(Precision(rows), Precision([.. rows.Reverse()]));
    });

    [Fact]
    public void Known_values()
    {
        // The examples in scikit-learn's documentation of roc_auc_score and average_precision_score.
        (float, bool)[] rows = [(0.1f, false), (0.4f, false), (0.35f, true), (0.8f, true)];
        Assert.Equal(0.75, Area(rows));
        Assert.Equal(0.8333333333333333, Precision(rows), Rounding);
        Assert.Equal(1, Area([(1, true), (0, false)]));
        Assert.Equal(0, Area([(0, true), (1, false)]));
        Assert.Equal(0.5, Area([(0f, true), (-0f, false)]));
        Assert.Equal(0.25, Precision([(1, true), (1, false), (1, false), (1, false)]));
        Assert.Equal(1, Area([(float.PositiveInfinity, true), (float.MaxValue, false)]));
    }

    [Fact]
    public void Rows_without_a_defined_metric_are_refused()
    {
        Assert.Throws<ArgumentException>(() => RankingMetrics.AreaUnderRoc([1, 2], [true]));
        Assert.Throws<ArgumentException>(() => RankingMetrics.AreaUnderRoc([1, 2], [true, true]));
        Assert.Throws<ArgumentException>(() => RankingMetrics.AreaUnderRoc([1, 2], [false, false]));
        Assert.Throws<ArgumentException>(() => RankingMetrics.AreaUnderRoc([], []));
        Assert.Throws<ArgumentException>(() => RankingMetrics.AreaUnderRoc([1, float.NaN], [true, false]));
        Assert.Throws<ArgumentException>(() => RankingMetrics.AveragePrecision([1, 2], [false, false]));
        Assert.Throws<ArgumentException>(() => RankingMetrics.AveragePrecision([float.NaN], [true]));
        Assert.Equal(1, RankingMetrics.AveragePrecision([1, 2], [true, true]));
    }

    private static double Area((float Score, bool Positive)[] rows) =>
        RankingMetrics.AreaUnderRoc([.. rows.Select(r => r.Score)], [.. rows.Select(r => r.Positive)]);

    private static double Precision((float Score, bool Positive)[] rows) =>
        RankingMetrics.AveragePrecision([.. rows.Select(r => r.Score)], [.. rows.Select(r => r.Positive)]);
}
