using System.Text.RegularExpressions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>What the documents lead to is there.</summary>
public partial class DocumentLinksTests
{
    public static TheoryData<string> Documents =>
        [.. Directory.EnumerateFiles(Repository.Combine("docs"), "*.md").Concat(Directory.EnumerateFiles(Repository.Root, "*.md")).Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_to_a_file_and_to_a_heading_leads_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Repository.Combine(document))!;
        foreach (var target in Link().Matches(File.ReadAllText(Repository.Combine(document))).Select(static link => link.Groups[1].Value).Where(static target => !target.Contains("://", StringComparison.Ordinal)))
        {
            var parts = target.Split('#');
            var path = parts[0].Length == 0 ? Repository.Combine(document) : Path.GetFullPath(Path.Combine(folder, parts[0]));
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{document}: {target}: there is no {Path.GetRelativePath(Repository.Root, path)}");
            if (parts.Length > 1)
                Assert.True(Anchors(path).Contains(parts[1]), $"{document}: {target}: no heading of that name");
        }
    }

    // As GitHub makes them: lower case, spaces as hyphens, no punctuation.
    private static IEnumerable<string> Anchors(string path) => File.ReadLines(path).Where(static line => line.StartsWith('#'))
        .Select(static line => Punctuation().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\p{L}\p{N}\s_-]", RegexOptions.CultureInvariant)]
    private static partial Regex Punctuation();
}
