using System.Text.RegularExpressions;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Identity;

/// <summary>The table of rights in docs/infrastructure.md has the statements of a stack with everything that is optional, and no
/// others.</summary>
[Collection(nameof(OneAtATime))]
public partial class RightsDocumentTests
{
    // Who the table's first column means, as Who names it.
    private static readonly Dictionary<string, string[]> Identities = new()
    {
        ["inference pods of a model"] = ["pod inference-fraud"],
        ["inference pods of a pool"] = ["pod pool-small"],
        ["inference pods"] = ["pod inference-fraud", "pod pool-small"],
        ["router pods"] = ["pod router"],
        ["feature server's pod"] = ["pod feature-server"],
        ["pods of a rebuild of features"] = ["pod feature-rebuild"],
        ["pods of an export of features"] = ["pod feature-export"],
        ["pod of a compaction"] = ["pod feature-compact"],
        ["pods of the export"] = ["pod prediction-export"],
        ["pods of comparisons and of replays"] = ["pod experiment", "pod try"],
        ["pods of replays"] = ["pod try"],
        ["pod of the journal's copy"] = ["pod journal-backup"],
        ["cluster autoscaler"] = ["pod cluster-autoscaler"],
        ["Object Storage"] = ["service objectstorage-eu-frankfurt-1"],
        ["clusters of the compartment"] = ["type cluster"],
        ["OKE, node pools"] = ["service oke", "type nodepool"],
        ["Block Volume"] = ["service blockstorage"],
        ["Rollback, ModelMetrics (a dynamic group for each)"] = ["group rollback", "group model-metrics"],
        ["ModelMetrics"] = ["group model-metrics"],
        ["ModelLoader (a dynamic group)"] = ["group model-loader"],
        ["ModelLoader"] = ["group model-loader"],
        ["pods of the minute's job"] = ["pod model-metrics"],
        ["API gateways of the compartment"] = ["type ApiGateway"],
        ["nodes (dynamic group)"] = ["group nodes"],
    };

    // How the table names a permission.
    private static readonly Dictionary<string, string> Permissions = new()
    {
        ["create"] = "OBJECT_CREATE",
        ["overwrite"] = "OBJECT_OVERWRITE",
        ["delete"] = "OBJECT_DELETE",
        ["read"] = "NOSQL_ROWS_READ",
        ["insert"] = "NOSQL_ROWS_INSERT",
    };

    [Fact]
    public async Task The_table_has_exactly_the_statements_of_a_whole_stack()
    {
        var own = await SomeStack.RunAsync(SomeStack.WithEveryRight());
        var pooled = await SomeStack.RunAsync(SomeStack.File(
            "fraud: { stable: { version: 1 }, pods: { pool: small } }", more: SomeStack.Pool));
        var rendered = own.OfType("oci:Identity/policy:Policy").Concat(pooled.OfType("oci:Identity/policy:Policy"))
            .SelectMany(static policy => policy.Inputs.List("statements").Cast<string>())
            .SelectMany(Rights);
        var page = await File.ReadAllTextAsync(Repository.Combine("docs", "infrastructure.md"), TestContext.Current.CancellationToken);
        var documented = Row.Matches(page).SelectMany(Rights);

        Assert.Equal(rendered.Distinct().Order(StringComparer.Ordinal), documented.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("dev", 0)]
    [InlineData("staging", 1)]
    [InlineData("prod", 2)]
    public async Task The_table_of_limits_has_what_the_stacks_take_of_those_without_a_name(string stack, int column)
    {
        var run = await SomeStack.OfRepositoryAsync(stack);
        var page = await File.ReadAllTextAsync(Repository.Combine("docs", "deploy.md"), TestContext.Current.CancellationToken);
        Assert.Equal(
            $"{Count("Identity/dynamicGroup:DynamicGroup")}; {run.OfType("oci:Identity/policy:Policy")
                .Sum(static policy => policy.Inputs.List("statements").Length)}",
            Documented("identity"));
        Assert.Equal(Count("Monitoring/alarm:Alarm"), Documented("Monitoring"));
        Assert.Equal(Count("Events/rule:Rule"), Documented("Events"));
        Assert.Equal(Count("Nosql/table:Table"), Documented("NoSQL"));
        Assert.Equal(Count("Bastion/bastion:Bastion"), Documented("Bastion"));
        Assert.Equal(
            $"1; {run.Single("oci:Redis/redisCluster:RedisCluster", "cache").Inputs["nodeCount"]}", Documented("OCI Cache"));

        string Count(string type) => run.OfType($"oci:{type}").Count().ToString(System.Globalization.CultureInfo.InvariantCulture);

        string Documented(string service) => Assert.Single(
            Regex.Matches(page, $@"(?m)^\| {service} \|[^|]+\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$")).Groups[column + 1].Value;
    }

    [Fact]
    public async Task The_page_counts_the_statements()
    {
        var (whole, all) = (await CountAsync(SomeStack.File(more: SomeStack.Features)), await CountAsync(SomeStack.WithEveryRight()));
        var page = await File.ReadAllTextAsync(Repository.Combine("docs", "infrastructure.md"), TestContext.Current.CancellationToken);
        Assert.Contains(
            $"views and an export has {whole}, one more for each further model, and at most {all - whole} more for everything",
            page.ReplaceLineEndings(" "),
            StringComparison.Ordinal);

        static async Task<int> CountAsync(string file) => (await SomeStack.RunAsync(file)).OfType("oci:Identity/policy:Policy")
            .Sum(static policy => policy.Inputs.List("statements").Length);
    }

    // A statement as: who, what, with which permissions, on which table or below which key. Two statements may say what one row does.
    private static IEnumerable<string> Rights(string statement)
    {
        var parts = Statement.Match(statement);
        Assert.True(parts.Success, statement);
        var conditions = parts.Groups["where"].Value;
        var tables = All(conditions, @"target\.nosql-table\.name='modelserving_some_([a-z_]+)'").Select(static table => table switch
        {
            "predictions_outcomes" => "outcomes",
            _ => table,
        });
        string[] places = [.. tables, .. All(conditions, @"target\.object\.name='([^*']+)\*'")];
        return Who(parts.Groups["subject"].Value, conditions).SelectMany(who => Texts(
            who, parts.Groups["right"].Value, All(conditions, "request\\.permission='([A-Z_]+)'"), places));
    }

    private static IEnumerable<string> Who(string subject, string conditions) => subject switch
    {
        "any-user" => All(conditions, "service_account='([a-z-]+)'") is { Length: > 0 } accounts
            ? accounts.Select(static account => $"pod {account}")
            : [$"type {Assert.Single(All(conditions, "request\\.principal\\.type='([A-Za-z]+)'"))}"],
        _ => [subject.Replace("dynamic-group modelserving-some-", "group ", StringComparison.Ordinal)],
    };

    // A row of the table, which may be about several identities, rights and tables.
    private static IEnumerable<string> Rights(Match row)
    {
        var on = row.Groups[3].Value;
        string[] tables = [.. ((string[])["journal", "predictions", "outcomes"]).Where(on.Contains)];
        string[] keys = [.. All(on, "`([A-Za-z/]+/)`").Select(static key => key.Replace("MODEL", "fraud", StringComparison.Ordinal))];
        return from identity in Identities[row.Groups[1].Value]
               from Match right in OneRight.Matches(row.Groups[2].Value)
               let name = $"{right.Groups[1].Value} {right.Groups[2].Value}"
               let permissions = All(right.Groups[3].Value, @"\bto ([a-z]+)").Select(static word => Permissions[word])
               from text in Texts(identity, name, permissions, name.Contains("nosql", StringComparison.Ordinal) ? tables : keys)
               select text;
    }

    private static IEnumerable<string> Texts(string who, string right, IEnumerable<string> permissions, IEnumerable<string> places) =>
        places.DefaultIfEmpty("")
            .Select(place => $"{who}: {right} [{string.Join(' ', permissions.Order(StringComparer.Ordinal))}] {place}");

    private static string[] All(string text, string pattern) =>
        [.. Regex.Matches(text, pattern).Select(static match => match.Groups[1].Value)];

    [GeneratedRegex(@"\AAllow (?<subject>any-user|service \S+|dynamic-group \S+) to (?<right>\S+ \S+) in compartment id \S+(?<where>.*)\z")]
    private static partial Regex Statement { get; }

    // The table of permissions alone has these four columns, and its second one begins with a verb.
    [GeneratedRegex(@"(?m)^\| ([^|]+) \| ((?:inspect|read|use|manage) [^|]+) \| ([^|]+) \| [^|]+ \|$")]
    private static partial Regex Row { get; }

    [GeneratedRegex("(inspect|read|use|manage) ([a-z]+(?:-[a-z]+)*)(, but only [^;]*)?")]
    private static partial Regex OneRight { get; }
}
