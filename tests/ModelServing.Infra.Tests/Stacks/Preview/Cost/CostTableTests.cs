using System.Globalization;
using ModelServing.Stacks.Preview;
using ModelServing.Stacks.Preview.Cost;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Stacks.Preview.Cost;

/// <summary>The arithmetic of <c>./dev preview --cost</c>, with the repository's own prices.</summary>
[Collection(nameof(OneAtATime))]
public sealed class CostTableTests
{
    // 2 x 744 x 0.03, 16 x 744 x 0.002, 50 x 0.0255, 50 x 10 x 0.0017.
    private const decimal Node = 44.64m + 23.808m + 1.275m + 0.85m;

    private static readonly CostAssumptions Assumptions = new(10, 10);
    private static readonly PriceList Prices = PriceList.Read(Repository.Root);
    private static readonly CostTable Table = new(Prices, Assumptions);

    [Fact]
    public void Nodes_cost_their_processors_memory_and_boot_volumes_from_the_minimum_to_the_maximum()
    {
        var nodes = Row(SomeBill.Stack(), "nodes");
        Assert.Equal((2 * Node, 6 * Node), (nodes.Least, nodes.Most));
        Assert.Empty(nodes.Unknown);
    }

    [Fact]
    public void Everything_else_costs_what_its_units_say()
    {
        var stack = SomeBill.Stack();
        Assert.Equal(74.4m, Row(stack, "cluster").Most);
        Assert.Equal(2 * 744 * 0.0194m, Row(stack, "cache").Most);
        // 10 requests a second for 744 hours are 26.784 million.
        Assert.Equal(26.784m * 3, Row(stack, "gateway").Most);
        // 44,640 calls of 512 MB and one second.
        Assert.Equal((0.04464m * 0.2m) + (44_640 * 0.5m * 0.00001417m), Row(stack, "functions").Most);
        Assert.Equal((50 * 0.0064m) + (20 * 0.1254m) + 0.066m, Row(stack, "tables").Most);
        Assert.Equal((50 * 0.0255m) + (500 * 0.0017m), Row(stack, "volumes").Most);
        Assert.Equal(10 * 0.0255m, Row(stack, "bucket").Most);
    }

    [Fact]
    public void A_bigger_cache_has_another_price_and_each_shard_counts() => Assert.Equal(
        3 * 16 * 744 * 0.0136m,
        Row(SomeBill.Stack("\"nodeMemoryInGbs\": 2", "\"nodeMemoryInGbs\": 16, \"shardCount\": 3"), "cache").Most);

    [Theory]
    [InlineData("2:6:<another nodePool.id>", 2, 2)]
    [InlineData("0:9:<another nodePool.id>, 1:4:<cluster-nodes nodePool.id>", 1, 4)]
    public void A_pool_has_the_autoscalers_range_for_it_or_else_its_own_size(string ranges, int least, int most)
    {
        var nodes = Row(SomeBill.Stack("2:6:<cluster-nodes nodePool.id>", ranges), "nodes");
        Assert.Equal((least * Node, most * Node), (nodes.Least, nodes.Most));
    }

    [Fact]
    public void A_shape_without_a_price_is_unknown_and_is_not_in_the_sum()
    {
        var stack = SomeBill.Stack("VM.Standard.E5.Flex", "VM.Optimized3.Flex");
        var nodes = Row(stack, "nodes");
        Assert.Equal(["VM.Optimized3.Flex ocpu", "VM.Optimized3.Flex memory"], nodes.Unknown);
        Assert.Equal(6 * 2.125m, nodes.Most);
        var unknown = Assert.Single(Table.Lines(stack), static line => line.StartsWith("price unknown", StringComparison.Ordinal));
        Assert.Contains("VM.Optimized3.Flex ocpu; VM.Optimized3.Flex memory; ", unknown, StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_source_prices_is_unknown_and_never_0()
    {
        var lines = Table.Lines(SomeBill.Stack());
        foreach (var row in (string[])["functions kept ready", "NAT gateway"])
            Assert.Matches("^[A-Za-z ]+ +unknown +unknown$", lines.Single(line => line.StartsWith(row, StringComparison.Ordinal)));
        Assert.Contains("price unknown, so not in the sums: NAT gateway; function containers kept ready", lines);
    }

    [Fact]
    public void What_a_source_says_is_free_costs_0()
    {
        var balancers = Row(SomeBill.Stack(), "load balancers");
        Assert.Equal((false, 0m, 0), (balancers.IsUnknown, balancers.Most, balancers.Unknown.Count));
    }

    [Fact]
    public async Task A_copy_of_the_bucket_in_another_region_costs_as_much_as_the_bucket()
    {
        const string Replication = "  modelserving:replication: { region: eu-amsterdam-1 }\n";
        Assert.Contains(Replication, SomePreview.File, StringComparison.Ordinal);
        var one = await SomePreview.RenderAsync(SomePreview.File.Replace(Replication, "", StringComparison.Ordinal));
        Assert.Equal(2 * Row(one, "bucket").Most, Row(await SomePreview.BaseAsync(), "bucket").Most);
    }

    [Fact]
    public void Without_any_price_every_row_is_unknown_and_the_sum_is_0()
    {
        var none = PriceListTests.Parse("""{ "name": "a", "unit": "hour", "price": null }""");
        var lines = new CostTable(none, Assumptions).Lines(SomeBill.Stack());
        Assert.All(
            lines.Skip(1).TakeWhile(static line => !line.StartsWith("all", StringComparison.Ordinal)),
            static line => Assert.EndsWith("unknown         unknown", line, StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.StartsWith("all", StringComparison.Ordinal)
            && line.EndsWith("0.00            0.00", StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_fit_80_columns_and_the_last_of_them_is_their_sum()
    {
        var lines = Table.Lines(SomeBill.Stack());
        Assert.All(lines.TakeWhile(static line => line.Length > 0), static line => Assert.InRange(line.Length, 1, 80));
        var sum = CostRow.From(StackUsage.From(SomeBill.Stack(), Assumptions, Prices.HoursInMonth), Prices).Sum(static row => row.Most);
        Assert.EndsWith(
            sum.ToString("N2", CultureInfo.InvariantCulture),
            lines.Single(static line => line.StartsWith("all that is known", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_shows_only_the_rows_that_change_and_the_sum()
    {
        var lines = Table.Difference(SomeBill.Stack(), SomeBill.Stack("2:6:", "2:7:"))!;
        Assert.StartsWith("USD a month, at most", lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^nodes +423\.44 +494\.01 +\+70\.57$", lines[1]);
        Assert.Matches(@"^all that is known .* \+70\.57$", lines[2]);
    }

    [Fact]
    public void A_change_to_a_shape_without_a_price_is_unknown() => Assert.Contains(
        Table.Difference(SomeBill.Stack(), SomeBill.Stack("VM.Standard.E5.Flex", "VM.Optimized3.Flex"))!,
        static line => line.Contains("VM.Optimized3.Flex ocpu", StringComparison.Ordinal));

    [Fact]
    public void A_change_that_costs_nothing_has_no_table() => Assert.Null(Table.Difference(SomeBill.Stack(), SomeBill.Stack()));

    [Fact]
    public void A_new_stack_costs_all_of_it() => Assert.Contains(
        Table.Difference(null, SomeBill.Stack())!,
        static line => line.StartsWith("cluster ", StringComparison.Ordinal) && line.Contains(" none ", StringComparison.Ordinal)
            && line.EndsWith("+74.40", StringComparison.Ordinal));

    [Fact]
    public async Task Of_the_rendered_stack_everything_that_is_billed_is_in_the_table()
    {
        var rows = CostRow.From(StackUsage.From(await SomePreview.BaseAsync(), Assumptions, Prices.HoursInMonth), Prices);
        Assert.Equal(
            ["bucket", "cache", "cluster", "functions", "gateway", "load balancers", "nodes", "tables", "volumes"],
            rows.Select(static row => row.Group).Order(StringComparer.Ordinal));
        Assert.All(rows, static row => Assert.True(row.IsUnknown || row.Most > 0 || row.Group == "load balancers", row.Group));
        Assert.True(rows.Single(static row => row.Group == "nodes") is var nodes && nodes.Least < nodes.Most, "nodes scale");
        Assert.Empty(rows.SelectMany(static row => row.Unknown));
    }

    [Fact]
    public async Task TrafficSplitter_costs_a_call_for_each_request_if_the_gateway_leads_to_it()
    {
        var router = SomeStack.File(more: $"modelserving:maxRequestBytes: 6291456\n  {SomeStack.Splitter}");
        var function = await SomePreview.RenderAsync($"{router}\n  modelserving:splitting: function");
        // 10 requests a second for 744 hours, each of 1 GB and half a second.
        var table = new CostTable(Prices, Assumptions with { SplitSeconds = 0.5m });
        var row = Assert.Single(
            CostRow.From(StackUsage.From(function, Assumptions with { SplitSeconds = 0.5m }, Prices.HoursInMonth), Prices),
            static row => row.Group == "traffic splitting");
        Assert.Equal((26.784m * 0.2m) + (26_784_000 * 0.5m * 0.00001417m), row.Most);
        Assert.Contains(
            "and --split-seconds 0.5 for each call of TrafficSplitter, one for each request", table.Lines(function));

        var unused = table.Lines(await SomePreview.RenderAsync(router));
        Assert.DoesNotContain(unused, static line => line.StartsWith("traffic splitting", StringComparison.Ordinal)
            || line.Contains("--split-seconds", StringComparison.Ordinal));
    }

    private static CostRow Row(StackSnapshot stack, string group) => Assert.Single(
        CostRow.From(StackUsage.From(stack, Assumptions, Prices.HoursInMonth), Prices), row => row.Group == group);
}
