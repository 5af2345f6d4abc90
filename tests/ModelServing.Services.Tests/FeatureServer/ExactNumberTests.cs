using System.Numerics;
using System.Text;
using System.Text.Json;
using CsCheck;
using ModelServing.Features.Events;
using ModelServing.FeatureServer.Events;

namespace ModelServing.Services.Tests.FeatureServer;

public sealed class ExactNumberTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("12.50", "12.50")]
    [InlineData("-12.50", "-12.50")]
    [InlineData("0.00", "0.00")]
    [InlineData("1.50e1", "15.0")]
    [InlineData("12.5E-1", "1.25")]
    [InlineData("1e2", "100")]
    [InlineData("1e+18", "1000000000000000000")]
    [InlineData("0e400", "0")]
    [InlineData("0.000000000", "0.000000000")]
    [InlineData("1.000000000000000000000000000000000000000000000", "1.000000000")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("-922337203685477580.8", "-922337203685477580.8")]
    [InlineData("922337203685477580.8", null)]
    [InlineData("1e-40", null)]
    [InlineData("1e-10", null)]
    [InlineData("1e300", null)]
    [InlineData("1e99999999999999999999", null)]
    [InlineData("1e-99999999999999999999", null)]
    [InlineData("0.00000000000000000000000000000000001", null)]
    [InlineData("1.0000000000000000000000000000000001", null)]
    [InlineData("9223372036854775808", null)]
    [InlineData("10000000000000000000000", null)]
    public void A_number_is_exact_or_refused(string text, string? expected) => Assert.Equal(expected, Read(text)?.ToString());

    [Fact]
    public void A_number_that_is_accepted_is_the_one_that_was_written() => Gen.Select(
        Gen.Char["0123456789"].Array[1, 22], Gen.Int[0, 22], Gen.Int[-25, 25], Gen.Bool).Sample((digits, point, exponent, isNegative) =>
        {
            var whole = new string(digits[..Math.Min(point, digits.Length)]).TrimStart('0');
            var fraction = new string(digits[Math.Min(point, digits.Length)..]);
            var text = (isNegative ? "-" : "") + (whole.Length > 0 ? whole : "0") + (fraction.Length > 0 ? "." + fraction : "") +
                (exponent == 0 ? "" : $"e{exponent}");
            var written = BigInteger.Parse(new string(digits)) * (isNegative ? -1 : 1);
            // In steps of 10^-60.
            written *= BigInteger.Pow(10, 60 + exponent - fraction.Length);
            if (Read(text) is { } read)
                Assert.Equal(written, read.Number * BigInteger.Pow(10, 60 - read.Scale));
            else
                Assert.False(Fits(written), text);
        });

    private static bool Fits(BigInteger written)
    {
        for (var scale = 0; scale <= FieldValue.MaxScale; scale++)
        {
            var steps = BigInteger.DivRem(written, BigInteger.Pow(10, 60 - scale), out var rest);
            // A value of zeros behind the point may keep them, so only the shortest form must fit.
            if (rest.IsZero)
                return steps >= long.MinValue && steps <= long.MaxValue;
        }

        return false;
    }

    private static FieldValue? Read(string text)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        json.Read();
        return ExactNumber.Read(ref json);
    }
}
