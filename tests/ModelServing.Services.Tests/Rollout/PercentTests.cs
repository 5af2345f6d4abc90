using System.Globalization;
using CsCheck;
using ModelServing.Rollout;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Rollout;

public class PercentTests
{
    [Fact]
    public void Each_hundredth_is_written_and_read_back() => Gen.Int[0, 10_000].Sample(hundredths =>
    {
        var percent = Percent.FromHundredths(hundredths);
        Assert.Null(PercentReader.Read(percent.ToString(), out var read));
        Assert.Equal(percent, read);
        Assert.Null(PercentReader.Read((hundredths / 100m).ToString("0.0000", CultureInfo.InvariantCulture), out read));
        Assert.Equal(percent, read);
    });

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.00", 0)]
    [InlineData("0.01", 1)]
    [InlineData("5", 500)]
    [InlineData("12.5", 1250)]
    [InlineData("99.990", 9999)]
    [InlineData("100", 10_000)]
    [InlineData("100.000000000000000000000000000000000000000000", 10_000)]
    public void Plain_digits_are_a_percentage(string text, int hundredths)
    {
        Assert.Null(PercentReader.Read(text, out var percent));
        Assert.Equal(hundredths, percent.Hundredths);
    }

    [Theory]
    [InlineData("101", "101 is not between 0 and 100")]
    [InlineData("100.01", "100.01 is not between 0 and 100")]
    [InlineData(
        "100.000000000000000000000000000000000000000001",
        "100.000000000000000000000000000000000000000001 is not between 0 and 100")]
    [InlineData("-1", "-1 is not between 0 and 100")]
    [InlineData("-0.5", "-0.5 is not between 0 and 100")]
    [InlineData("99999999999999999999999999999999999999", "99999999999999999999999999999999999999 is not between 0 and 100")]
    [InlineData("0.001", "0.001 has more than 2 decimal places")]
    [InlineData("99.999", "99.999 has more than 2 decimal places")]
    [InlineData("5.00000000000000000000000000000000000001", "5.00000000000000000000000000000000000001 has more than 2 decimal places")]
    [InlineData("", "'' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData("5%", "'5%' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData("1e1", "'1e1' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData("010", "'010' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData("+5", "'+5' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData(".5", "'.5' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData("5.", "'5.' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData("5,5", "'5,5' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData("1_0", "'1_0' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData("0x10", "'0x10' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData(" 5", "' 5' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData("٣", "'٣' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData("NaN", "'NaN' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData(".inf", "'.inf' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData("--5", "'--5' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    [InlineData("-", "'-' is not a number from 0 to 100 in plain digits, such as 5 or 12.5")]
    public void Other_text_is_refused_with_the_right_form(string text, string message) =>
        Assert.Equal(message, PercentReader.Read(text, out _));

    [Fact]
    public void Any_text_is_a_percentage_or_a_message() => Gen.String[Gen.Char["0123456789.-+e "], 0, 40].Sample(text =>
    {
        if (PercentReader.Read(text, out var percent) is null)
            Assert.Equal(decimal.Parse(text, CultureInfo.InvariantCulture), percent.Hundredths / 100m);
    });

    [Fact]
    public void Numbers_out_of_bounds_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Percent.FromHundredths(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Percent.FromHundredths(10_001));
    }
}
