using System.Text.RegularExpressions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>Phrases that a native engineer would not write. They are the tell-tale signs of a sentence that was translated word by word;
/// the sentence around one nearly always wants to be rewritten, not only the phrase.</summary>
public partial class PlainEnglishTests
{
    // Each exception is a place and the reason for it. The list is short, and it stays short.
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["tests/ModelServing.Services.Tests/House/PlainEnglishTests.cs"] = "names the phrases",
    };

    [Fact]
    public void Comments_and_messages_have_no_tell_tale_phrase() => SourceFiles.AssertNone(SourceFiles.All
        .Where(static file => !Exceptions.ContainsKey(file.Path))
        .SelectMany(static file => file.Prose())
        .SelectMany(static prose => Found(prose.Place, prose.Text)));

    [Fact]
    public void Pages_have_no_tell_tale_phrase() => SourceFiles.AssertNone(SourceFiles.Pages
        .Where(static page => !Exceptions.ContainsKey(page))
        .SelectMany(static page => File.ReadLines(Repository.Combine(page))
            .SelectMany((line, index) => Found($"{page}:{index + 1}", line))));

    [Theory]
    [InlineData("it has text that is none", true)]
    [InlineData("The journal is away", true)]
    [InlineData("at line 3 stands what is no list", true)]
    [InlineData("it has to be an address", true)]
    [InlineData("who may ask, and how much", true)]
    [InlineData("for who gave port 0", true)]
    [InlineData("so much later at the most", true)]
    [InlineData("The version gave an answer that is no HTTP", true)]
    [InlineData("there is no cache", false)]
    [InlineData("the version is no longer served", false)]
    [InlineData("The journal is unavailable", false)]
    [InlineData("null if there is none", false)]
    public void A_phrase_is_recognised(string text, bool isTellTale) => Assert.Equal(isTellTale, Found("here", text).Any());

    private static IEnumerable<string> Found(string place, string text) =>
        TellTale().Matches(text).Select(match => $"{place}: {match.Value.Trim()}");

    [GeneratedRegex(
        """
        (?<!there\ )\b(is|are|was|were)\ none\b
        | \bstands\b
        | \b(is|are|was|were)\ away\b
        | \b(has|have)\ to\ be\b
        | \bmay\ ask\b
        | \bwho\ (gave|asks|asked)\b | \bfor\ who\b | \bof\ whom\b
        | \bwhat\ is\ no\b
        | (?<!there\ )\b(is|are|was|were)\ no\ (?!longer\b|more\b|less\b|fewer\b|later\b|other\b|such\b|way\b|need\b|one\b)[a-zA-Z]
        | \b(is|are|was|were)\ (said|told)\b
        | \bbe\ it\b
        | \bat\ the\ most\b
        | \b(nobody|everybody)\b
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex TellTale();
}
