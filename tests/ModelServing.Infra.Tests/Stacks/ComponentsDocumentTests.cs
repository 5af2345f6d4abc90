using System.Text.RegularExpressions;
using ModelServing.Stacks;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>The table of components in docs/infrastructure.md names all of them, and says which the first apply makes.</summary>
[Collection(nameof(OneAtATime))]
public partial class ComponentsDocumentTests
{
    private const string Type = "modelserving:infra:";

    [Fact]
    public async Task The_table_has_every_component_and_its_phase()
    {
        var file = SomeStack.WithEveryRight() + """

              modelserving:costs: { tagNamespace: some, createTags: true, budget: { amount: 5, emails: [finance@example.com] } }
            """;
        var foundation = (await RunAsync(file, foundationOnly: true)).ToHashSet();
        var rendered = (await RunAsync(file, foundationOnly: false))
            .Select(name => $"{name}: {(foundation.Contains(name) ? "yes" : "no")}");

        var page = await File.ReadAllTextAsync(Repository.Combine("docs", "infrastructure.md"), TestContext.Current.CancellationToken);
        var table = page[page.IndexOf("| component | resources | foundation |", StringComparison.Ordinal)..];
        var documented = Row.Matches(table[..table.IndexOf("\n\n", StringComparison.Ordinal)])
            .SelectMany(static row => row.Groups[1].Value.Split(", ").Select(name => $"{name}: {row.Groups[2].Value}"));

        Assert.Equal(rendered.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static async Task<IEnumerable<string>> RunAsync(string file, bool foundationOnly)
    {
        var run = await StackRendering.RunAsync(
            new SomeCloud(), StackConfiguration.FromFile(file, foundationOnly), "some", isPreview: false);
        return run.Resources.Select(static made => made.Type)
            .Where(static type => type.StartsWith(Type, StringComparison.Ordinal))
            .Select(static type => type[Type.Length..])
            .Distinct();
    }

    [GeneratedRegex(@"(?m)^\| ([A-Za-z, ]+) \| .* \| (yes|no) \|$")]
    private static partial Regex Row { get; }
}
