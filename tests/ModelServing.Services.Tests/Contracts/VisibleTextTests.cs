using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Contracts;

public class VisibleTextTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("naïve 数字 👍", "naïve 数字 👍")]
    [InlineData("a\u001b[2Jb", "a\uFFFD[2Jb")]
    [InlineData("a\u009b31mb", "a\uFFFD31mb")]
    [InlineData("a\r\nb\tc\u0007\u007f", "a\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFD")]
    [InlineData("a\u202eb\u2066c\u200fd\u061ce", "a\uFFFDb\uFFFDc\uFFFDd\uFFFDe")]
    [InlineData("a\u2028b\u2029c\u0085d", "a\uFFFDb\uFFFDc\uFFFDd")]
    public void What_a_terminal_obeys_is_replaced_and_all_other_text_stays(string text, string visible) =>
        Assert.Equal(visible, VisibleText.From(text));

    [Fact]
    public void Half_a_surrogate_pair_is_replaced() => Assert.Equal("a\uFFFDb", VisibleText.From("a\ud83db"));

    [Fact]
    public void Several_lines_keep_their_ends() => Assert.Equal("a\n\tb\r\n\uFFFD[0m", VisibleText.Lines("a\n\tb\r\n\u001b[0m"));

    [Fact]
    public void Json_has_the_same_meaning_and_nothing_that_a_terminal_obeys()
    {
        const string Text = "a\u009b1m\u202e\u2028\u00ad\U000E0001b";
        var json = VisibleText.Json($"{{\n\t\"a\":\"{Text}\"\r\n}}");
        Assert.Equal("{\n\t\"a\":\"a\\u009b1m\\u202e\\u2028\\u00ad\\udb40\\udc01b\"\r\n}", json);
        using var read = JsonDocument.Parse(json);
        Assert.Equal(Text, read.RootElement.GetProperty("a").GetString());
    }
}
