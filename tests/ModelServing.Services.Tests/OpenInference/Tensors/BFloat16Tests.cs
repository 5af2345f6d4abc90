using CsCheck;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.Services.Tests.OpenInference.Tensors;

public class BFloat16Tests
{
    [Fact]
    public void Every_number_survives_the_way_through_a_float()
    {
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var number = new BFloat16((ushort)bits);
            var back = (BFloat16)(float)number;
            if (float.IsNaN(number))
                Assert.True(float.IsNaN(back));
            else
                Assert.Equal(number, back);
        }
    }

    [Fact]
    public void The_nearest_number_is_chosen_and_of_two_the_even_one() => Gen.Float.Sample(static value =>
    {
        var number = BFloat16.FromSingle(value);
        if (!float.IsFinite(value) || !float.IsFinite(number))
            return;
        var error = Math.Abs((double)value - number.ToSingle());
        foreach (var other in (BFloat16[])[new((ushort)(number.Bits - 1)), new((ushort)(number.Bits + 1))])
        {
            if (!float.IsFinite(other))
                continue;
            var otherError = Math.Abs((double)value - other.ToSingle());
            Assert.True(error < otherError || (error == otherError && number.Bits % 2 == 0), $"{value}: {number} and not {other}");
        }
    });

    [Theory]
    [InlineData(1.0f, 0x3F80)]
    [InlineData(-2.0f, 0xC000)]
    [InlineData(float.MaxValue, 0x7F80)]
    [InlineData(float.PositiveInfinity, 0x7F80)]
    public void Known_numbers(float value, int bits) => Assert.Equal(bits, BFloat16.FromSingle(value).Bits);

    [Fact]
    public void A_number_that_is_none_stays_so() =>
        Assert.True(float.IsNaN(BFloat16.FromSingle(BitConverter.UInt32BitsToSingle(0x7F800001))));
}
