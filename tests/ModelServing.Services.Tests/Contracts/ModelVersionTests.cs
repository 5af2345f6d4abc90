using System.Globalization;
using CsCheck;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Contracts;

public class ModelVersionTests
{
    [Fact]
    public void Its_number_in_decimal_is_its_only_form() => Gen.Int[1, ModelVersion.MaxNumber].Sample(number =>
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(number, ModelVersion.Parse(text).Number);
        Assert.Equal(text, new ModelVersion(number).ToString());
        Assert.Equal(new ModelVersion(number), ModelVersion.Parse(text));
        foreach (var other in (string[])["0" + text, "+" + text, "-" + text, " " + text, text + " ", text + ".0", text + "\n"])
            Assert.False(ModelVersion.TryParse(other, null, out _), other);
    });

    [Fact]
    public void Only_the_text_of_a_number_is_a_version() => Gen.String[Gen.Char["0123456789+-.e x٣"], 0, 11].Sample(text =>
    {
        if (ModelVersion.TryParse(text, null, out var version))
            Assert.Equal(text, version.ToString());
    });

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("01")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("0x1")]
    [InlineData("1,000")]
    [InlineData("٣")]
    [InlineData("1000000000")]
    [InlineData("99999999999999999999999999")]
    [InlineData("latest")]
    public void A_text_that_is_not_a_version_is_refused_with_the_form(string text)
    {
        var e = Assert.Throws<FormatException>(() => ModelVersion.Parse(text));
        Assert.Equal($"'{text}' is not a version: a whole number from 1 to {ModelVersion.MaxNumber}, without leading zeros", e.Message);
    }

    [Fact]
    public void The_default_value_is_version_1()
    {
        Assert.Equal(1, default(ModelVersion).Number);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelVersion(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelVersion(ModelVersion.MaxNumber + 1));
    }

    [Fact]
    public void Versions_are_ordered_by_number() => Gen.Select(Gen.Int[1, 99], Gen.Int[1, 99]).Sample((a, b) =>
    {
        var (one, other) = (new ModelVersion(a), new ModelVersion(b));
        Assert.Equal(a.CompareTo(b), one.CompareTo(other));
        Assert.Equal(a < b, one < other);
        Assert.Equal(a > b, one > other);
        Assert.Equal(a <= b, one <= other);
        Assert.Equal(a >= b, one >= other);
    });
}
