using System.Text.RegularExpressions;
using ModelServing.Settings.Views;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Settings.Views;

/// <summary>What docs/features.md shows is what the reader accepts.</summary>
public partial class FeaturesDocumentTests
{
    private static readonly string Page = File.ReadAllText(Repository.Combine("docs", "features.md")).ReplaceLineEndings("\n");

    [Fact]
    public void Every_view_on_the_page_can_be_published()
    {
        var views = Blocks().Matches(Page).Select(static block => block.Groups[1].Value).ToList();
        Assert.NotEmpty(views);
        Assert.All(views, static view => Assert.Empty(ViewFile.Parse(view).Faults.Select(static fault => fault.ToLine("features.md"))));
    }

    [Fact]
    public void Every_key_of_a_feature_and_of_a_view_is_on_the_page() => Assert.All(
        ViewKeys.Kinds.Concat(ViewKeys.Options).Concat(ViewKeys.Root),
        static key => Assert.Contains($"`{key.Name}", Page, StringComparison.Ordinal));

    [GeneratedRegex("```yaml\n((?:#[^\n]*\n)?view: .*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Blocks();
}
