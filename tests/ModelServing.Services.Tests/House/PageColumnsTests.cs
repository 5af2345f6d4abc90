using System.Text.RegularExpressions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>Pages of documentation are as wide as the sources, so that a changed sentence is a small difference.</summary>
public partial class PageColumnsTests
{
    private const int MaxColumns = 140;

    [Fact]
    public void No_line_of_prose_is_longer_than_140_columns() => SourceFiles.AssertNone(SourceFiles.Pages.SelectMany(static page =>
        TooLong(File.ReadAllLines(Repository.Combine(page))).Select(line => $"{page}:{line}")));

    [Fact]
    public void Tables_code_and_the_targets_of_links_may_be_longer()
    {
        var wide = new string('x', MaxColumns + 1);
        Assert.Equal(
            ["2: 141 columns", "9: 141 columns"],
            TooLong(["# Page", wide, $"| {wide} |", $"    {wide}", "```", wide, "```", $"[link](https://{wide})", wide]));
    }

    private static IEnumerable<string> TooLong(string[] lines)
    {
        var isCode = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
                continue;
            }

            var columns = LinkTarget().Replace(line, "]").Length;
            var isProse = !isCode && !line.TrimStart().StartsWith('|') && !line.StartsWith("    ", StringComparison.Ordinal);
            if (isProse && columns > MaxColumns)
                yield return $"{i + 1}: {columns} columns";
        }
    }

    [GeneratedRegex(@"\]\([^)]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex LinkTarget();
}
