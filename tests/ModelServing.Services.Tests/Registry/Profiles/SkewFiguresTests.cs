using ModelServing.Registry.Profiles;

namespace ModelServing.Services.Tests.Registry.Profiles;

/// <summary>Properties of the two figures, on random counts.</summary>
public class SkewFiguresTests
{
    [Fact]
    public void Known_values()
    {
        // (0.5 - 0.25) ln 2 + (0.5 - 0.75) ln (2/3), as the half rows hardly matter with so many.
        var (training, serving) = (Bins(5_000_000, 5_000_000), Bins(2_500_000, 7_500_000));
        Assert.Equal(0.274653, SkewFigures.Psi(training, serving), 5);
        Assert.Equal(0.25, SkewFigures.LargestDifference(training, serving), 12);
        Assert.Equal(1, SkewFigures.LargestDifference(Bins(10, 0, 0), Bins(0, 0, 10)), 12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Neither_is_negative_both_are_symmetric_and_the_order_of_the_bins_does_not_change_the_PSI(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 1000; round++)
        {
            var (training, serving) = (Random(random, 20), Random(random, 20));
            var psi = SkewFigures.Psi(training, serving);
            var difference = SkewFigures.LargestDifference(training, serving);
            Assert.True(psi >= 0 && double.IsFinite(psi), $"{psi}");
            Assert.InRange(difference, 0, 1);
            Assert.Equal(psi, SkewFigures.Psi(serving, training), 9);
            Assert.Equal(difference, SkewFigures.LargestDifference(serving, training), 12);
            int[] order = [.. Enumerable.Range(0, 20).OrderBy(_ => random.Next())];
            Assert.Equal(psi, SkewFigures.Psi(Permute(training, order), Permute(serving, order)), 9);
        }
    }

    [Fact]
    public void Equal_samples_differ_by_nothing()
    {
        var random = new Random(7);
        for (var round = 0; round < 1000; round++)
        {
            var counts = Random(random, 21);
            Assert.Equal(0, SkewFigures.Psi(counts, counts), 12);
            Assert.Equal(0, SkewFigures.LargestDifference(counts, counts), 12);
            Assert.Equal(0, SkewFigures.LargestDifference(counts, [.. counts.Select(static count => count * 7)]), 12);
        }
    }

    // As the remarks of SkewFigures say: (k - 1)(1/n + 1/m).
    [Fact]
    public void Samples_of_one_distribution_have_the_PSI_that_is_expected_and_are_the_same()
    {
        var random = new Random(11);
        var sum = 0.0;
        for (var round = 0; round < 500; round++)
        {
            var psi = SkewFigures.Psi(Sample(random, SkewFigures.LeastCount), Sample(random, SkewFigures.LeastCount));
            Assert.Equal(SkewVerdict.Same, SkewFigures.Judge(psi, SkewFigures.LeastCount, SkewFigures.LeastCount));
            sum += psi;
        }

        Assert.InRange(sum / 500, 0.9 * 0.038, 1.1 * 0.038);
    }

    [Theory]
    [InlineData(0.09, 1000, 1000, SkewVerdict.Same)]
    [InlineData(0.1, 1000, 1000, SkewVerdict.Moderate)]
    [InlineData(0.25, 1000, 1000, SkewVerdict.Shifted)]
    [InlineData(9, 999, 1000, SkewVerdict.TooFew)]
    [InlineData(9, 1000, 999, SkewVerdict.TooFew)]
    public void A_verdict_needs_rows_on_both_sides(double psi, long training, long serving, SkewVerdict verdict) =>
        Assert.Equal(verdict, SkewFigures.Judge(psi, training, serving));

    [Fact]
    public void Without_rows_there_is_no_difference()
    {
        Assert.Equal(0, SkewFigures.Psi(Bins(1, 2), Bins(0, 0)));
        Assert.Equal(0, SkewFigures.LargestDifference(Bins(0, 0), Bins(1, 2)));
        Assert.Throws<ArgumentException>(() => SkewFigures.Psi(Bins(1), Bins(1, 2)));
    }

    private static long[] Bins(params long[] counts) => counts;

    private static long[] Random(Random random, int bins) =>
        [.. Enumerable.Range(0, bins).Select(_ => random.Next(4) == 0 ? 0L : random.Next(1, 1000)).Append(1)];

    private static long[] Permute(long[] counts, int[] order) => [.. order.Select(index => counts[index]), .. counts[order.Length..]];

    private static long[] Sample(Random random, int rows)
    {
        var counts = new long[20];
        for (var i = 0; i < rows; i++)
            counts[random.Next(20)]++;
        return counts;
    }
}
