using System.Text.RegularExpressions;
using CsCheck;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Contracts;

public class HeaderNameTests
{
    [Fact]
    public void A_text_is_a_name_exactly_if_it_matches_the_pattern() => Gen.String[Gen.Char[' ', '~'], 0, 6].Sample(text =>
    {
        var matches = Regex.IsMatch(text, HeaderName.Pattern);
        Assert.Equal(matches, HeaderName.TryParse(text, null, out var name));
        Assert.Equal(matches ? text : null, name?.Text);
    });

    [Theory]
    [InlineData("")]
    [InlineData("X Customer")]
    [InlineData("X-Customer:")]
    [InlineData("X-Customer\n")]
    [InlineData("X-Customer\r\nHost")]
    [InlineData("Kundé")]
    public void A_text_that_is_not_a_name_is_refused_with_the_form(string text)
    {
        var e = Assert.Throws<FormatException>(() => HeaderName.Parse(text));
        Assert.Equal($"'{text}' is not a header's name: {HeaderName.Form}", e.Message);
    }

    [Fact]
    public void A_name_has_at_most_128_characters()
    {
        Assert.True(HeaderName.TryParse(new string('x', HeaderName.MaxLength), null, out _));
        Assert.False(HeaderName.TryParse(new string('x', HeaderName.MaxLength + 1), null, out _));
        Assert.Contains($"1 to {HeaderName.MaxLength} ", HeaderName.Form, StringComparison.Ordinal);
        Assert.Contains($"{{1,{HeaderName.MaxLength}}}", HeaderName.Pattern, StringComparison.Ordinal);
    }
}
