using ModelServing.Contracts.Features;
using ModelServing.Settings;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Settings.Models;

public sealed class ServedViewRulesTests
{
    [Fact]
    public void Each_version_of_a_view_is_served() => Assert.Equal(
        [new NamedView("card-activity", 1), new NamedView("card-activity", 2), new NamedView("terminal-risk", 7)],
        ServedViewRules.ViewsOf(Read(
            """
                views:
                  terminal-risk:
                    versions: [7]
                  card-activity:
                    versions: [1, 2]
            """).Features));

    [Fact]
    public void Without_views_there_is_no_version() => Assert.Empty(ServedViewRules.ViewsOf(new FeatureSettings()));

    [Theory]
    [InlineData("[]", "features.views.cards.versions")]
    [InlineData("[1, 1]", "features.views.cards.versions[1]")]
    [InlineData("[0]", "features.views.cards.versions[0]")]
    [InlineData("1", "features.views.cards.versions")]
    public void Wrong_versions_are_faults_with_their_place(string versions, string path)
    {
        var (file, faults) = StackFile.Parse(Yaml($"    views:\n      cards:\n        versions: {versions}\n"));
        Assert.EndsWith(path, Assert.Single(file is null ? faults : file.Check()).Path, StringComparison.Ordinal);
    }

    private static StackSettings Read(string features)
    {
        var (file, faults) = StackFile.Parse(Yaml(features));
        Assert.Empty(faults);
        return file!.Settings;
    }

    private static string Yaml(string features) => "config:\n  modelserving:models: { a: { stable: { version: 1 } } }\n" +
        $"  modelserving:features:\n{features}";
}
