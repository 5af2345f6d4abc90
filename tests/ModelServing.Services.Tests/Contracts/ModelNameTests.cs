using System.Text.RegularExpressions;
using CsCheck;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Contracts;

public class ModelNameTests
{
    private static readonly Gen<string> NearlyNames = Gen.String[Gen.Char["ab09-A_. \n/é"], 0, 42];

    [Fact]
    public void A_text_is_a_name_exactly_if_it_matches_the_pattern() => NearlyNames.Sample(text =>
    {
        // .NET's $ also matches before a final newline; ECMA's does not.
        var matches = Regex.IsMatch(text, ModelName.Pattern.Replace("$", "\\z", StringComparison.Ordinal));
        Assert.Equal(matches, ModelName.TryParse(text, null, out var name));
        if (matches)
            Assert.Equal(text, name!.ToString());
        else
            Assert.Null(name);
    });

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("Fraud")]
    [InlineData("a.b")]
    [InlineData("../a")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("а")] // Cyrillic
    [InlineData("٣")] // a digit, but not one of 0 to 9
    [InlineData("a23456789-123456789-123456789-123456789-1")]
    public void A_text_that_is_not_a_name_is_refused_with_the_form(string text)
    {
        var e = Assert.Throws<FormatException>(() => ModelName.Parse(text));
        Assert.Equal($"'{text}' is not a model's name: 1 to 40 of a-z, 0-9 and '-', beginning with a letter or a digit", e.Message);
    }

    [Fact]
    public void The_form_in_messages_agrees_with_the_pattern()
    {
        Assert.Contains($"1 to {ModelName.MaxLength} ", ModelName.Form, StringComparison.Ordinal);
        Assert.Contains($"{{0,{ModelName.MaxLength - 1}}}", ModelName.Pattern, StringComparison.Ordinal);
        Assert.False(ModelName.TryParse(null, null, out _));
    }

    [Fact]
    public void Names_are_ordered_by_code_points_whatever_the_culture()
    {
        var names = "b a- a0 a ab 0".Split(' ').Select(s => ModelName.Parse(s)).Order().ToList();
        Assert.Equal("0 a a- a0 ab b", string.Join(' ', names));
        Assert.True(names[0] < names[1] && names[1] > names[0] && names[0] <= names[1] && names[1] >= names[0]);
        Assert.Equal(ModelName.Parse("a"), ModelName.Parse("a"));
    }
}
