using ModelServing.Features;
using ModelServing.Features.Events;

namespace ModelServing.Services.Tests.Features.Events;

public class FieldValueTests
{
    [Theory]
    [InlineData(1234, 2, "12.34")]
    [InlineData(-5, 2, "-0.05")]
    [InlineData(0, 0, "0")]
    [InlineData(long.MinValue, 9, "-9223372036.854775808")]
    public void A_decimal_is_shown_with_all_its_digits(long steps, int scale, string text) =>
        Assert.Equal(text, FieldValue.FromDecimal(steps, scale).ToString());

    [Fact]
    public void A_text_is_limited_in_bytes()
    {
        Assert.Equal(new string('é', 128), FieldValue.FromString(new string('é', 128)).Text);
        Assert.Throws<ArgumentException>(() => FieldValue.FromString(new string('é', 129)));
    }

    [Fact]
    public void Source_and_identifier_together_are_the_key_of_an_event()
    {
        Assert.Equal(FeatureEvent.KeyFrom("payments", "a"), FeatureEvent.KeyFrom("payments", "a"));
        Assert.NotEqual(FeatureEvent.KeyFrom("payments", "a"), FeatureEvent.KeyFrom("payment", "sa"));
        Assert.Equal("304d6eaa8e259d1d", FeatureEvent.KeyFrom("payments", "a").ToString("x32")[..16]);
    }

    [Fact]
    public void An_instant_is_in_microseconds()
    {
        var time = new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.FromHours(2)).AddTicks(19);
        Assert.Equal("2026-11-28T10:00:00.000001Z", Instant.From(time).ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => new Instant(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Instant(1L << 53));
    }
}
