using ModelServing.Registry.Profiles;

namespace ModelServing.Services.Tests.Registry.Profiles;

public class ColumnProfilerTests
{
    [Fact]
    public void A_few_values_have_a_bin_each()
    {
        var profile = Profile([0, 0, 0, 1, 1, 7]);
        Assert.Equal([0f, 1f], profile.Edges);
        Assert.Equal([3L, 2, 1], profile.Counts);
        Assert.Equal((0f, 7f), (profile.Least, profile.Largest));
        var bins = new ColumnBins(profile);
        Assert.Equal(
            [1, 1, 2, 2, 3, 3, 3, ColumnBins.MissingBin],
            ((double[])[-5, 0, 0.5, 1, 7, 100, double.PositiveInfinity, double.NaN]).Select(bins.Find));
        Assert.Equal(4, bins.Count);
    }

    [Fact]
    public void Many_values_have_bins_of_equal_shares()
    {
        var profile = Profile(Enumerable.Range(0, 1000).Select(static i => i / 10f));
        Assert.Equal(ColumnProfile.MostBins, profile.Counts.Count);
        Assert.All(profile.Counts, static count => Assert.Equal(50, count));
    }

    [Fact]
    public void A_value_that_occurs_often_has_a_bin_alone_and_what_follows_is_still_divided()
    {
        var profile = Profile([.. Enumerable.Repeat(0f, 700), .. Enumerable.Range(1, 300).Select(static i => (float)i)]);
        Assert.Equal(0f, profile.Edges[0]);
        Assert.Equal([700L, 50, 50, 50, 50, 50, 50], profile.Counts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_counts_are_those_of_the_bins_that_values_are_found_in(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var distinct = random.Next(1, 200);
            float[] values = [.. Enumerable.Range(0, random.Next(1, 2000)).Select(_ => random.Next(50) switch
            {
                0 => float.PositiveInfinity,
                1 => float.NegativeInfinity,
                _ => MathF.Exp(random.Next(distinct) / 10f) * (random.Next(2) - 0.5f),
            })];
            var profile = Profile(values);
            var bins = new ColumnBins(profile);
            var counts = new long[bins.Count];
            foreach (var value in values)
                counts[bins.Find(value)]++;
            Assert.Equal(profile.ToBins(), counts);
            Assert.InRange(profile.Counts.Count, 1, ColumnProfile.MostBins);
            Assert.Equal(profile.Edges.Order().Distinct(), profile.Edges);
            Assert.All(profile.Edges, static edge => Assert.True(float.IsFinite(edge)));
        }
    }

    // The figures depend on the order of the values only, so a logarithm or another unit changes nothing.
    [Fact]
    public void A_monotonic_change_of_training_and_serving_changes_no_figure()
    {
        var random = new Random(5);
        for (var round = 0; round < 50; round++)
        {
            float[] training = [.. Enumerable.Range(0, 3000).Select(_ => random.Next(400) / 8f)];
            float[] serving = [.. Enumerable.Range(0, 1500).Select(_ => random.Next(100, 500) / 8f)];
            Assert.Equal(Figures(training, serving), Figures(training.Select(Change), serving.Select(Change)));
        }

        static float Change(float value) => MathF.Exp(value / 10) - 3;
    }

    [Fact]
    public void A_column_without_values_has_one_bin()
    {
        var profile = Profile([]);
        Assert.Empty(profile.Edges);
        Assert.Equal([0L], profile.Counts);
        Assert.Equal(1, new ColumnBins(profile).Find(5));
    }

    internal static ColumnProfile Profile(IEnumerable<float> values, string name = "x")
    {
        List<float> all = [.. values];
        return ColumnProfiler.Create(name, all.GroupBy(static value => value).OrderBy(static group => group.Key)
            .Select(static group => (group.Key, (long)group.Count())), all.Count);
    }

    private static (double, double) Figures(IEnumerable<float> training, IEnumerable<float> serving)
    {
        var profile = Profile(training);
        var bins = new ColumnBins(profile);
        var served = new long[bins.Count];
        foreach (var value in serving)
            served[bins.Find(value)]++;
        return (SkewFigures.Psi(profile.ToBins(), served), SkewFigures.LargestDifference(profile.ToBins(), served));
    }
}
