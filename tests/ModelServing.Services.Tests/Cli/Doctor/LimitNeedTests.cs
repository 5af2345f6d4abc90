using System.Globalization;
using System.Text.RegularExpressions;
using ModelServing.Cli.Doctor;
using ModelServing.Settings;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Doctor;

public partial class LimitNeedTests
{
    // 12 nodes of 4 cores and 32 GB for our pods, 6 for the routers, 2 of 1 core and 8 GB for the add-ons.
    [Theory]
    [InlineData("compute standard-e5-core-count", 74)]
    [InlineData("compute standard-e5-memory-count", 592)]
    [InlineData("container-engine node-count", 20)]
    [InlineData("block-storage volume-count", 20)]
    [InlineData("block-storage total-storage-gb", 1000)]
    [InlineData("faas total-concurrency-mb", 9216)]
    [InlineData("faas provisioned-concurrency-mb", 5120)]
    [InlineData("nosql read-unit-count", 450)]
    [InlineData("container-registry repo-count", 5)]
    [InlineData("logging log-count", 3)]
    public void Prod_needs_the_nodes_of_all_pools_and_what_its_functions_tables_and_logs_take(string limit, double count) =>
        Assert.Equal(count, Need(Prod(), limit).Count);

    [Theory]
    [InlineData("    routerNodes:\n      min: 3\n      max: 6\n", "", 14, 50)]
    [InlineData("    routerNodes:\n", "    systemNodes:\n      count: 3\n      ocpus: 2\n    routerNodes:\n", 21, 78)]
    public void Nodes_of_the_routers_and_of_the_add_ons_count_as_the_stack_file_has_them(
        string text, string replacement, double nodes, double cores)
    {
        var file = Prod(text, replacement);
        Assert.Equal(
            (nodes, cores), (Need(file, "container-engine node-count").Count, Need(file, "compute standard-e5-core-count").Count));
    }

    [Fact]
    public void The_volume_of_the_feature_server_is_beside_those_of_the_nodes()
    {
        const string Cache = "  modelserving:cache:\n";
        var file = Prod(Cache, "  modelserving:features: {views: {card-activity: {versions: [1]}}}\n" + Cache);
        Assert.Equal(
            (21, 1000 + file.Cloud!.FeatureServer.VolumeInGbs),
            (Need(file, "block-storage volume-count").Count, Need(file, "block-storage total-storage-gb").Count));
    }

    [Fact]
    public void TrafficSplitter_is_one_more_function_with_its_own_containers_that_are_kept_ready()
    {
        const string Functions = "  modelserving:functions:\n";
        var file = Prod(
            Functions,
            Functions + "    splitter:\n      keySecret: ocid1.vaultsecret.oc1.eu-frankfurt-1.a\n      memoryInMbs: 2048\n"
                + "      provisionedConcurrency: 20\n");
        Assert.Equal(
            (4, 9216 + (21 * 2048), 5120 + (20 * 2048)),
            (Need(file, "faas function-count").Count, Need(file, "faas total-concurrency-mb").Count,
                Need(file, "faas provisioned-concurrency-mb").Count));
        // It reaches the routers through a load balancer of its own.
        Assert.Equal(2, Need(file, "network-load-balancer-api max-nlb-flexible-count").Count);
    }

    [Fact]
    public void An_environment_of_the_largest_size_needs_nothing_more()
    {
        var file = Prod();
        Assert.Equal(["node-count"], LimitNeed.For(file, Largest(file) with { Serves = true }).Select(static need => need.Limit));
    }

    [Fact]
    public void After_the_first_apply_what_the_second_one_makes_is_still_needed()
    {
        const string Cache = "  modelserving:cache:\n";
        var file = Prod(
            Cache,
            "  modelserving:features: {views: {card-activity: {versions: [1]}}}\n  modelserving:telemetry: {podLogDays: 30}\n" + Cache);
        var needs = LimitNeed.For(file, Largest(file)).ToDictionary(static need => need.Limit, static need => need.Count);
        Assert.Equal(
            [
                "application-count", "function-count", "gateway-count", "log-count", "log-group-count", "max-nlb-flexible-count",
                "node-count", "provisioned-concurrency-mb", "total-concurrency-mb", "total-storage-gb", "volume-count",
            ],
            needs.Keys.Order(StringComparer.Ordinal));
        // The log of the pods is there already.
        Assert.Equal((2, 3, 1), (needs["log-group-count"], needs["log-count"], needs["volume-count"]));
    }

    [Fact]
    public void The_table_in_the_documentation_has_what_the_three_stacks_need()
    {
        var page = File.ReadAllLines(Repository.Combine("docs", "deploy.md"));
        var documented = page.Select(static line => Row.Match(line)).Where(static match => match.Success)
            .Select(static match => (
                Limit: $"{match.Groups[1].Value} {match.Groups[2].Value}",
                Counts: $"{match.Groups[3].Value} | {match.Groups[4].Value} | {match.Groups[5].Value}"));
        string[] stacks = ["dev", "staging", "prod"];
        LimitNeed[][] needs = [.. stacks.Select(static stack => LimitNeed.For(Read(stack), null).ToArray())];
        var names = needs.SelectMany(static all => all).Select(static need => (need.Service, need.Limit)).Distinct();
        var needed = names.Select(name => (
            Limit: $"{name.Service} {name.Limit}",
            Counts: string.Join(" | ", needs.Select(all => all
                .FirstOrDefault(need => (need.Service, need.Limit) == name)?.Count.ToString("N0", CultureInfo.InvariantCulture) ?? ""))));
        Assert.Equal(needed.Order(), documented.Order());
    }

    private static ExistingCluster Largest(StackFile file) =>
        new("ocid1.cluster.oc1..example", NodeCapacity.From(file.Cloud!.Cluster));

    private static LimitNeed Need(StackFile file, string limit) =>
        Assert.Single(LimitNeed.For(file, existing: null), need => $"{need.Service} {need.Limit}" == limit);

    private static StackFile Prod(string text = "", string replacement = "") => Read("prod", text, replacement);

    private static StackFile Read(string stack, string text = "", string replacement = "")
    {
        var yaml = File.ReadAllText(Repository.Combine($"Pulumi.{stack}.yaml"));
        if (text.Length > 0)
        {
            Assert.Contains(text, yaml, StringComparison.Ordinal);
            yaml = yaml.Replace(text, replacement, StringComparison.Ordinal);
        }

        var (file, faults) = StackFile.Parse(yaml, cloud: true);
        Assert.Empty(faults);
        return file!;
    }

    [GeneratedRegex(@"\A\| `([a-z-]+)` \| `([a-z0-9-]+)`[^|]* \| ?([0-9,]*) \| ?([0-9,]*) \| ?([0-9,]*) \|\z")]
    private static partial Regex Row { get; }
}
