using System.Text.RegularExpressions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>The targets of the documents' links exist.</summary>
public partial class DocumentLinksTests
{
    public static TheoryData<string> Documents =>
    [
        .. Directory.EnumerateFiles(Repository.Combine("docs"), "*.md")
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"))
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_to_a_file_or_heading_has_a_target(string document)
    {
        var folder = Path.GetDirectoryName(Repository.Combine(document))!;
        var targets = Link().Matches(File.ReadAllText(Repository.Combine(document))).Select(static link => link.Groups[1].Value);
        foreach (var target in targets.Where(static target => !target.Contains("://", StringComparison.Ordinal)))
        {
            var parts = target.Split('#');
            var path = parts[0].Length == 0 ? Repository.Combine(document) : Path.GetFullPath(Path.Combine(folder, parts[0]));
            var relative = Path.GetRelativePath(Repository.Root, path);
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{document}: {target}: {relative} does not exist");
            if (parts.Length > 1)
                Assert.True(Anchors(path).Contains(parts[1]), $"{document}: {target}: {relative} has no such heading");
        }
    }

    // GitHub's rules: lower case, hyphens for spaces, no punctuation.
    private static IEnumerable<string> Anchors(string path) => File.ReadLines(path).Where(static line => line.StartsWith('#'))
        .Select(static line => Punctuation().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\p{L}\p{N}\s_-]", RegexOptions.CultureInvariant)]
    private static partial Regex Punctuation();
}
