using System.Globalization;
using System.Text;
using CsCheck;
using ModelServing.Inference.Models;

namespace ModelServing.Services.Tests.Inference.Models;

/// <summary>What is read fast is read as exactly as by .NET, to the last bit.</summary>
public class ShortNumberTests
{
    [Theory]
    [InlineData("0", true)]
    [InlineData("-0", true)]
    [InlineData("-0.5", true)]
    [InlineData("9007199254740992", true)]
    [InlineData("9007199254740993", false)]
    [InlineData("0.00000000000000001", true)]
    [InlineData("0.0000000000000000001", true)]
    [InlineData("0.00000000000000000001", false)]
    [InlineData("1e3", false)]
    [InlineData("1234567890123456789", false)]
    public void It_reads_short_numbers_only(string text, bool isShort)
    {
        Assert.Equal(isShort, ShortNumber.TryRead(Encoding.UTF8.GetBytes(text), out double number));
        if (isShort)
            AssertSameBits(double.Parse(text, CultureInfo.InvariantCulture), number);
    }

    [Fact]
    public void Numbers_of_any_digits_are_exact() =>
        Gen.Select(Gen.Long[0, 1L << 54], Gen.Int[0, 16], Gen.Bool).Sample((digits, places, isNegative) =>
        {
            var text = digits.ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
            text = (isNegative ? "-" : "") + text[..^places] + (places > 0 ? "." + text[^places..] : "");
            Check(text);
        });

    // Python writes a 32-bit number as the 64-bit one that it holds, with 17 digits.
    [Fact]
    public void Numbers_of_32_bits_with_the_digits_of_64_are_exact() =>
        Gen.Select(Gen.Float[-1000, 1000], Gen.Int[-3, 3]).Sample((number, change) =>
            Check(BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(number) + (ulong)change)
                .ToString("0.##################", CultureInfo.InvariantCulture)));

    // A decimal that is halfway between two 32-bit numbers, and its neighbours.
    [Fact]
    public void Numbers_halfway_between_two_32_bit_numbers_are_exact() =>
        Gen.Select(Gen.Int[1 << 23, (1 << 24) - 1], Gen.Int[-1, 1]).Sample((mantissa, change) =>
        {
            var halfway = (mantissa * 10_000_000L) + 5_000_000;
            var text = (halfway + change).ToString(CultureInfo.InvariantCulture);
            Check(text[..^7] + "." + text[^7..]);
        });

    private static void Check(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        if (ShortNumber.TryRead(utf8, out double number))
            AssertSameBits(double.Parse(text, CultureInfo.InvariantCulture), number);
        if (ShortNumber.TryRead(utf8, out float single))
            AssertSameBits(float.Parse(text, CultureInfo.InvariantCulture), single);
    }

    // Each 32-bit number is a 64-bit one, and -0 is not 0.
    private static void AssertSameBits(double expected, double number) =>
        Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(number));
}
