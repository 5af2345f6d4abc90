using CsCheck;
using ModelServing.Sample.Simulation;

namespace ModelServing.Services.Tests.Sample.Simulation;

public class RandomStreamTests
{
    [Fact]
    public void The_generator_gives_its_published_values()
    {
        // xoshiro256** 1.0 from the state 1, 2, 3, 4.
        var random = new RandomStream(1, 2, 3, 4);
        ulong[] expected =
        [
            11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600, 16172922978634559625,
            8476171486693032832, 10595114339597558777, 2904607092377533576,
        ];
        Assert.Equal(expected, expected.Select(_ => random.NextBits()).ToArray());
    }

    [Fact]
    public void Its_state_is_filled_by_the_published_SplitMix64()
    {
        ulong state = 1234567;
        ulong[] expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        Assert.Equal(expected, expected.Select(_ => RandomStream.SplitMix64(ref state)).ToArray());
    }

    [Fact]
    public void Each_thing_has_its_own_stream()
    {
        var firsts = new HashSet<ulong>();
        foreach (var seed in (ulong[])[0, 1, 20180401])
        {
            foreach (var purpose in Enum.GetValues<RandomPurpose>())
            {
                for (var index = 0; index < 1000; index++)
                    Assert.True(firsts.Add(new RandomStream(seed, purpose, index).NextBits()), $"{seed} {purpose} {index}");
            }
        }
    }

    [Fact]
    public void Powers_of_e_agree_with_the_library_to_the_last_digits() => Gen.Double[0, 8].Sample(x =>
        Math.Abs(RandomStream.PowerOfEToMinus(x) / Math.Exp(-x) - 1) < 1e-14);

    [Fact]
    public void Indexes_are_in_range_and_evenly_distributed()
    {
        var random = new RandomStream(1, RandomPurpose.Terminal, 0);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
            counts[random.NextIndex(7)]++;
        Assert.All(counts, count => Assert.InRange(count, 10_000 - 5 * 93, 10_000 + 5 * 93));
    }

    [Fact]
    public void Normal_numbers_have_the_given_mean_and_standard_deviation()
    {
        const int N = 100_000;
        var random = new RandomStream(2, RandomPurpose.Terminal, 0);
        var numbers = Enumerable.Range(0, N).Select(_ => random.NextNormal(10, 2)).ToArray();
        var mean = numbers.Average();
        Assert.InRange(mean, 10 - 5 * 2 / Math.Sqrt(N), 10 + 5 * 2 / Math.Sqrt(N));
        Assert.InRange(numbers.Sum(x => (x - mean) * (x - mean)) / N, 4 * 0.97, 4 * 1.03);
        Assert.All(numbers, x => Assert.InRange(x, -2, 22));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(4.0)]
    public void Poisson_numbers_have_a_variance_equal_to_their_mean(double mean)
    {
        const int N = 100_000;
        var random = new RandomStream(3, RandomPurpose.Terminal, 0);
        var numbers = Enumerable.Range(0, N).Select(_ => (double)random.NextPoisson(mean, RandomStream.PowerOfEToMinus(mean))).ToArray();
        var average = numbers.Average();
        var bound = 5 * Math.Sqrt(mean / N);
        Assert.InRange(average, mean - bound, mean + bound);
        Assert.InRange(numbers.Sum(x => (x - average) * (x - average)) / N, mean * 0.96, mean * 1.04);
    }
}
