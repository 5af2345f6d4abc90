using System.Text.RegularExpressions;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Network;

/// <summary>The table of connections in docs/infrastructure.md has the rules of networks with everything that is optional, and no
/// others.</summary>
[Collection(nameof(OneAtATime))]
public partial class NetworkDocumentTests
{
    private const string Rule = "oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule";
    private const string World = "0.0.0.0/0";
    private const string Allowed = "198.51.100.0/24";
    private const string Bastion = "10.0.4.0/28";

    // What the table calls the ends of a connection. A group has the name of its rules.
    private static readonly Dictionary<string, string[]> Ends = new()
    {
        ["the internet"] = [World],
        ["gateway"] = ["gateway"],
        ["load balancer"] = ["load-balancer"],
        ["load balancers"] = ["load-balancer"],
        ["functions"] = ["functions"],
        ["the functions' subnet"] = ["10.0.3.0/24"],
        ["nodes"] = ["nodes"],
        ["pods"] = ["pods"],
        ["cluster endpoint"] = ["cluster-endpoint"],
        ["`cluster.allowedCidrs`"] = [Allowed],
        ["the Bastion's subnet"] = [Bastion],
        ["runner"] = ["runner"],
        ["Oracle's services"] = ["oracle"],
        ["the pods' and the endpoint's subnets"] = ["10.0.32.0/19", "10.0.0.0/28"],
        ["cache"] = ["cache"],
        ["egress"] = ["egress"],
    };

    [Fact]
    public async Task The_table_has_exactly_the_rules_of_all_networks()
    {
        Action<SomeEnvironment>[] networks =
        [
            static some => some.Network(),
            static some => some.Network(admin: 8081),
            static some => some.Network(split: 8082),
            static some => some.Network(isPublic: true, [Allowed]),
            static some => some.Network(bastion: Bastion),
            static some => some.Network(runner: "10.0.4.16/28"),
            static some => some.Network(internetEgress: true),
            static some => some.Network(internetEgress: true, egressByGroup: true),
        ];
        var rendered = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var network in networks)
            rendered.UnionWith((await Rendered.FromAsync(network)).OfType(Rule).Select(RuleText.From));
        var page = await File.ReadAllTextAsync(Repository.Combine("docs", "infrastructure.md"), TestContext.Current.CancellationToken);
        var table = page[page.IndexOf("## Network rules", StringComparison.Ordinal)..];
        var documented = new SortedSet<string>(
            Row.Matches(table[..table.IndexOf("\n###", StringComparison.Ordinal)]).Skip(2).SelectMany(Rules), StringComparer.Ordinal);

        Assert.Equal(rendered, documented);
    }

    // A connection is a rule of each group at its ends.
    private static IEnumerable<string> Rules(Match row)
    {
        var isBothWays = row.Groups[2].Value == "anywhere, and back";
        string[] to = isBothWays ? [World] : EndsOf(row.Groups[2].Value);
        string[] from = EndsOf(row.Groups[1].Value);
        for (var i = 0; i < from.Length; i++)
        {
            foreach (var end in to)
            {
                foreach (var traffic in Traffic(row.Groups[3].Value, from[i], i))
                {
                    foreach (var rule in Connection(from[i], end, traffic).Concat(isBothWays ? Connection(end, from[i], traffic) : []))
                        yield return rule;
                }
            }
        }
    }

    private static IEnumerable<string> Connection(string from, string to, string traffic)
    {
        if (IsGroup(from))
            yield return $"{from} out {to} {traffic}";
        if (IsGroup(to))
            yield return $"{to} in {from} {traffic}";
    }

    private static bool IsGroup(string end) => char.IsAsciiLetter(end[0]) && end != "oracle";

    private static string[] EndsOf(string names) => [.. names.Split(", ").SelectMany(static name => Ends[name])];

    // "all; TCP" is one for each end, and "TCP 443, for pods also ICMP 3,4" more for one of them.
    private static IEnumerable<string> Traffic(string text, string from, int index)
    {
        text = text.Split("; ") is { Length: > 1 } each ? each[index] : text;
        if (text.Split(", for pods also ") is [var same, var more])
            text = from == "pods" ? $"{same}, {more}" : same;
        text = text.Replace("the routers' port", "80", StringComparison.Ordinal);
        if (text is "all" or "TCP")
            return [text.ToLowerInvariant()];
        return Part.Matches(text).Select(static part => part.Value.StartsWith("ICMP", StringComparison.Ordinal)
            ? part.Value.ToLowerInvariant()
            : $"tcp {part.Value}");
    }

    [GeneratedRegex(@"(?m)^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| [^|]+ \|$")]
    private static partial Regex Row { get; }

    [GeneratedRegex(@"ICMP 3,4|ICMP|[0-9]+(-[0-9]+)?")]
    private static partial Regex Part { get; }
}
