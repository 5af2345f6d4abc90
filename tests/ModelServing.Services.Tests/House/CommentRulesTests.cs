using System.Text.RegularExpressions;

namespace ModelServing.Services.Tests.House;

/// <summary>A comment that only repeats the name of what it describes is left out.</summary>
public partial class CommentRulesTests
{
    private static readonly HashSet<string> Fillers =
    [
        "a", "an", "and", "are", "as", "at", "be", "by", "each", "for", "from", "in", "is", "it", "its", "of", "on", "one", "or", "that",
        "the", "their", "this", "to", "was", "were", "which", "with",
    ];

    [Fact]
    public void A_comment_says_more_than_the_name() => SourceFiles.AssertNone(SourceFiles.Product.SelectMany(static file =>
        file.Lines.Index()
            .Where(line => Described(file, line.Index) is var (name, text) && Repeats(text, name))
            .Select(line => $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}")));

    [Theory]
    [InlineData("MaxBytes", "The most bytes.", false)]
    [InlineData("MinuteFigures", "The figures of a minute.", true)]
    [InlineData("version", "The version.", true)]
    [InlineData("version", "The version that answered.", false)]
    [InlineData("keys", "Its <see cref=\"Key\"/>.", false)]
    public void A_repetition_is_recognised(string name, string text, bool repeats) => Assert.Equal(repeats, Repeats(text, name));

    // The name and the text of a comment of one line about a parameter or a declaration.
    private static (string Name, string Text)? Described(SourceFile file, int index)
    {
        if (Parameter().Match(file.Lines[index]) is { Success: true } parameter)
            return (parameter.Groups["name"].Value, parameter.Groups["text"].Value);
        if (Summary().Match(file.Lines[index]) is not { Success: true } summary)
            return null;
        var next = file.Lines.Skip(index + 1).SkipWhile(static line => line.TrimStart().StartsWith('[')).FirstOrDefault() ?? "";
        var declared = Declaration().Match(next) is { Success: true } type ? type : Member().Match(next);
        return !next.TrimStart().StartsWith("///", StringComparison.Ordinal) && declared.Success
            ? (declared.Groups["name"].Value, summary.Groups["text"].Value)
            : null;
    }

    private static bool Repeats(string text, string name)
    {
        var ofName = WordOfName().Matches(name).Select(static match => Stem(match.Value)).ToHashSet(StringComparer.Ordinal);
        // A reference says something of its own.
        var ofText = Word().Matches(Tag().Replace(text, " X0X ")).Select(static match => match.Value)
            .Where(static word => !Fillers.Contains(word.ToLowerInvariant())).Select(Stem).ToList();
        return ofText.Count > 0 && ofText.All(ofName.Contains);
    }

    private static string Stem(string word)
    {
        word = word.ToLowerInvariant();
        foreach (var ending in (string[])["ies", "es", "s", "ed", "ing"])
        {
            if (word.EndsWith(ending, StringComparison.Ordinal) && word.Length > ending.Length + 2)
                return (ending == "ies" ? word[..^3] + "y" : word[..^ending.Length]).TrimEnd('e');
        }

        return word.TrimEnd('e');
    }

    [GeneratedRegex("""^\s*/// <param name="(?<name>\w+)">(?<text>.*)</param>$""")]
    private static partial Regex Parameter();

    [GeneratedRegex("^\\s*/// <summary>(?<text>.*)</summary>$")]
    private static partial Regex Summary();

    [GeneratedRegex("""\b(class|record|struct|interface|enum)\s+(class |struct )?(?<name>\w+)""")]
    private static partial Regex Declaration();

    [GeneratedRegex("""\b(?<name>\w+)\s*(<[^>]*>)?\s*(\(|\{|=|;|$)""")]
    private static partial Regex Member();

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")]
    private static partial Regex WordOfName();

    [GeneratedRegex("[A-Za-z0-9']+")]
    private static partial Regex Word();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
