using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ModelServing.Registry.Safety;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Registry.Safety;

public partial class FindingCodeTests
{
    private static readonly string Document = File.ReadAllText(Repository.Combine("docs", "artifacts.md"));

    [Fact]
    public void All_has_every_code_once() => Assert.Equal(
        typeof(FindingCode).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(static f => f.IsLiteral)
            .Select(static f => (string)f.GetRawConstantValue()!)
            .Order(),
        FindingCode.All.Order());

    [Fact]
    public void The_document_has_a_line_for_every_code_and_for_no_other() => Assert.Equal(
        FindingCode.All.Order(),
        Row()
            .Matches(Document[..Document.IndexOf("## Operators", StringComparison.Ordinal)])
            .Select(static row => row.Groups[1].Value)
            .Order());

    [Fact]
    public void The_document_has_the_limits_and_the_domains()
    {
        var limits = ArtifactLimits.Default;
        foreach (var number in (int[])[
            limits.Nesting,
            limits.Subgraphs,
            limits.Nodes,
            limits.References,
            limits.Initializers,
            limits.Attributes,
            limits.Entries,
            limits.Messages,
            limits.Rank,
        ])
            Assert.Contains($"| {number.ToString("N0", CultureInfo.InvariantCulture)}", Document, StringComparison.Ordinal);
        Assert.All(
            OperatorRules.Domains.Where(static domain => domain.Length > 0),
            domain => Assert.Contains($"`{domain}`", Document, StringComparison.Ordinal));
    }

    [GeneratedRegex("^\\| `([a-z-]+)` \\|", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Row();
}
