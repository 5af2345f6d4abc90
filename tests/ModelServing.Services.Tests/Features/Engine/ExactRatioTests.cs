using System.Numerics;
using CsCheck;
using ModelServing.Features.Engine;

namespace ModelServing.Services.Tests.Features.Engine;

public class ExactRatioTests
{
    private static readonly Gen<long> Numbers = Gen.OneOf<long>(Gen.Long, Gen.Long[-1000, 1000], Gen.Long.Select(static n => n >> 11));

    [Fact]
    public void It_is_the_nearest_double() => Gen.Select(Numbers, Numbers, Gen.Int[0, 62], Numbers).Sample((high, low, shift, divisor) =>
    {
        var numerator = ((Int128)high << shift) + low;
        var denominator = (UInt128)(ulong)Math.Max(1, Math.Abs(divisor / 2));
        Assert.Equal(
            ExactNumbers.Nearest((BigInteger)numerator, (BigInteger)denominator), ExactRatio.ToDouble(numerator, denominator));
    }, iter: 20_000);

    [Fact]
    public void The_smallest_number_has_a_ratio_too() => Assert.Equal(-Math.ScaleB(1, 127), ExactRatio.ToDouble(Int128.MinValue, 1));

    // A ratio just beside the middle between two doubles: the last bit depends on what is far below it.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_tie_goes_to_the_even_double_and_a_little_more_or_less_does_not(int little)
    {
        var middle = (((Int128)1 << 53) + 1) * 1_000_000_007;
        var expected = little > 0 ? (1L << 53) + 2 : 1L << 53;
        Assert.Equal(expected, ExactRatio.ToDouble(middle + little, 1_000_000_007));
        Assert.Equal(-expected, ExactRatio.ToDouble(-(middle + little), 1_000_000_007));
    }
}
