using System.Collections.Immutable;
using ModelServing.Infra.Network;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Network;

[Collection(nameof(OneAtATime))]
public class NetworkTests
{
    private const string Rule = "oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule";
    private const string Subnet = "oci:Core/subnet:Subnet";
    private const string World = "0.0.0.0/0";

    // The allowed connections. The cloud must have exactly these rows.
    private static readonly string[] Expected =
    [
        "cluster-endpoint in nodes icmp 3,4",
        "cluster-endpoint in nodes tcp 12250",
        "cluster-endpoint in nodes tcp 6443",
        "cluster-endpoint in pods tcp 12250",
        "cluster-endpoint in pods tcp 6443",
        "cluster-endpoint out nodes icmp",
        "cluster-endpoint out nodes tcp 10250",
        "cluster-endpoint out oracle tcp 443",
        "cluster-endpoint out pods all",
        "nodes in 0.0.0.0/0 icmp 3,4",
        "nodes in 10.0.0.0/28 tcp",
        "nodes in 10.0.32.0/19 all",
        "nodes in cluster-endpoint icmp",
        "nodes in cluster-endpoint tcp 10250",
        "nodes in load-balancer tcp 10256",
        "nodes in load-balancer tcp 30000-32767",
        "nodes in nodes all",
        "nodes in pods tcp 10250",
        "nodes out 0.0.0.0/0 icmp 3,4",
        "nodes out cluster-endpoint icmp 3,4",
        "nodes out cluster-endpoint tcp 12250",
        "nodes out cluster-endpoint tcp 6443",
        "nodes out nodes all",
        "nodes out oracle tcp",
        "nodes out pods all",
        "pods in cluster-endpoint all",
        "pods in nodes all",
        "pods in pods all",
        "pods out cache tcp 6379",
        "pods out cluster-endpoint tcp 12250",
        "pods out cluster-endpoint tcp 6443",
        "pods out nodes tcp 10250",
        "pods out oracle icmp 3,4",
        "pods out oracle tcp 443",
        "pods out pods all",
        "load-balancer in gateway tcp 80",
        "load-balancer out nodes tcp 10256",
        "load-balancer out nodes tcp 30000-32767",
        "gateway in 0.0.0.0/0 tcp 443",
        "gateway out 0.0.0.0/0 tcp 443",
        "gateway out load-balancer tcp 80",
        "functions out cache tcp 6379",
        "functions out oracle tcp 443",
        "cache in functions tcp 6379",
        "cache in pods tcp 6379",
    ];

    [Fact]
    public async Task The_rules_are_exactly_the_table()
    {
        var network = await Rendered.FromAsync(some => some.Network());

        Assert.Equal(Expected.Order(StringComparer.Ordinal), network.OfType(Rule).Select(RuleText.From).Order(StringComparer.Ordinal));
        Assert.All(network.OfType(Rule), rule => Assert.False((bool)rule.Inputs["stateless"]));
    }

    [Fact]
    public async Task Only_the_gateway_reaches_the_admin_API_and_only_if_it_is_requested()
    {
        var network = await Rendered.FromAsync(some => some.Network(admin: 8081));
        Assert.Equal(
            Expected.Concat(["gateway out load-balancer tcp 8081", "load-balancer in gateway tcp 8081"]).Order(StringComparer.Ordinal),
            network.OfType(Rule).Select(RuleText.From).Order(StringComparer.Ordinal));
        Assert.Contains("RouterAdminPort is 80", await Rendered.RefusalAsync(some => some.Network(admin: 80)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_functions_reach_the_routers_splitting_port_and_only_if_there_is_one()
    {
        var network = await Rendered.FromAsync(some => some.Network(split: 8082));
        Assert.Equal(
            Expected
                .Concat(["functions out load-balancer tcp 8082", "load-balancer in functions tcp 8082", "nodes in 10.0.3.0/24 tcp 30082"])
                .Order(StringComparer.Ordinal),
            network.OfType(Rule).Select(RuleText.From).Order(StringComparer.Ordinal));
        foreach (var port in (int[])[80, 8081, 0])
        {
            Assert.Contains(
                $"RouterSplitPort is {port}",
                await Rendered.RefusalAsync(some => some.Network(admin: 8081, split: port)),
                StringComparison.Ordinal);
        }
    }

    // A Bastion is in no group: its subnet's own list lets it out, and its subnet's range lets it in.
    [Fact]
    public async Task A_Bastion_reaches_the_Kubernetes_API_and_nothing_else()
    {
        var network = await Rendered.FromAsync(some => some.Network(bastion: "10.0.4.0/28"));

        Assert.Equal(
            Expected.Append("cluster-endpoint in 10.0.4.0/28 tcp 6443").Order(StringComparer.Ordinal),
            network.OfType(Rule).Select(RuleText.From).Order(StringComparer.Ordinal));
        var list = network.Only("oci:Core/securityList:SecurityList");
        Assert.DoesNotContain("ingressSecurityRules", list.Inputs.Keys);
        var rule = Assert.Single(list.Inputs.List("egressSecurityRules").Cast<ImmutableDictionary<string, object>>());
        Assert.Equal(
            ("10.0.0.0/28", "CIDR_BLOCK", "6", false),
            (rule["destination"], rule["destinationType"], rule["protocol"], rule["stateless"]));
        Assert.Equal((6443d, 6443d), (rule.Map("tcpOptions")["min"], rule.Map("tcpOptions")["max"]));
        var subnet = network.Named(Subnet, "network-bastion");
        Assert.Equal(("10.0.4.0/28", "network-private-id"), (subnet.Text("cidrBlock"), subnet.Text("routeTableId")));
        Assert.Equal((true, true), (subnet.Inputs["prohibitPublicIpOnVnic"], subnet.Inputs["prohibitInternetIngress"]));
        Assert.Equal(["network-bastion-id"], subnet.Inputs.List("securityListIds"));
        Assert.Empty(network.OfType("oci:Core/natGateway:NatGateway"));
    }

    [Fact]
    public async Task A_runner_reaches_the_Kubernetes_API_by_group_and_the_internet_by_a_route_of_its_own()
    {
        var network = await Rendered.FromAsync(some => some.Network(runner: "10.0.4.16/28"));

        string[] more =
        [
            "cluster-endpoint in runner tcp 6443",
            "runner out cluster-endpoint tcp 6443",
            "runner out oracle tcp 443",
            "runner out 0.0.0.0/0 tcp 443",
        ];
        Assert.Equal(
            Expected.Concat(more).Order(StringComparer.Ordinal), network.OfType(Rule).Select(RuleText.From).Order(StringComparer.Ordinal));
        var subnet = network.Named(Subnet, "network-runner");
        Assert.Equal(("10.0.4.16/28", "network-runner-id"), (subnet.Text("cidrBlock"), subnet.Text("routeTableId")));
        Assert.Equal((true, true), (subnet.Inputs["prohibitPublicIpOnVnic"], subnet.Inputs["prohibitInternetIngress"]));
        Assert.Equal(
            ["network-services-id", "network-nat-id"],
            RoutesOf("runner"));
        Assert.Equal(["network-services-id"], RoutesOf("private"));

        IEnumerable<object> RoutesOf(string table) => network.Named("oci:Core/routeTable:RouteTable", $"network-{table}")
            .Inputs.List("routeRules").Cast<ImmutableDictionary<string, object>>().Select(static route => route["networkEntityId"]);
    }

    [Fact]
    public async Task The_ways_in_may_not_overlap_other_subnets()
    {
        Assert.Contains(
            "the bastion subnet 10.0.2.0/28 overlaps the nodes subnet",
            await Rendered.RefusalAsync(some => some.Network(bastion: "10.0.2.0/28")),
            StringComparison.Ordinal);
        Assert.Contains(
            "the runner subnet 10.1.0.0/28 is outside",
            await Rendered.RefusalAsync(some => some.Network(runner: "10.1.0.0/28")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task The_internet_reaches_only_the_gateway(bool isPublic, bool internetEgress)
    {
        var network = await Rendered.FromAsync(some => some.Network(isPublic, ["198.51.100.0/24", "203.0.113.7/32"], internetEgress));

        Assert.Equal(
            ["gateway in 0.0.0.0/0 tcp 443", "nodes in 0.0.0.0/0 icmp 3,4"],
            network.OfType(Rule).Where(rule => rule.Has("direction", "INGRESS") && rule.Has("source", World)).Select(RuleText.From)
                .Order(StringComparer.Ordinal));
        var ranges = network.OfType(Rule)
            .Where(rule => rule.Has("direction", "INGRESS") && rule.Has("sourceType", "CIDR_BLOCK")
                && !rule.Has("source", World) && !rule.Text("source").StartsWith("10.", StringComparison.Ordinal));
        Assert.Equal(
            ["cluster-endpoint in 198.51.100.0/24 tcp 6443", "cluster-endpoint in 203.0.113.7/32 tcp 6443"],
            ranges.Select(RuleText.From).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(
            network.Only("oci:Core/defaultSecurityList:DefaultSecurityList").Inputs.Keys,
            key => key.EndsWith("SecurityRules", StringComparison.Ordinal));
        Assert.Empty(network.OfType("oci:Core/securityList:SecurityList"));
    }

    [Theory]
    [InlineData(false, "gateway")]
    [InlineData(true, "cluster-endpoint gateway")]
    public async Task Only_public_subnets_allow_public_addresses(bool isPublic, string expected)
    {
        var network = await Rendered.FromAsync(some => some.Network(isPublic, ["198.51.100.0/24"]));

        Assert.Equal(7, network.OfType(Subnet).Count());
        Assert.All(network.OfType(Subnet), subnet =>
        {
            var isOpen = expected.Split(' ').Contains(subnet.Name["network-".Length..]);
            Assert.Equal(!isOpen, subnet.Inputs["prohibitPublicIpOnVnic"]);
            Assert.Equal(!isOpen, subnet.Inputs["prohibitInternetIngress"]);
            Assert.Equal(isOpen ? "network-public-id" : "network-private-id", subnet.Inputs["routeTableId"]);
            Assert.DoesNotContain("availabilityDomain", subnet.Inputs.Keys);
            Assert.Equal("network-default-id", Assert.Single((IEnumerable<object>)subnet.Inputs["securityListIds"]));
        });
    }

    [Fact]
    public async Task The_internet_can_be_reached_only_if_it_is_requested()
    {
        var closed = await Rendered.FromAsync(some => some.Network());
        var open = await Rendered.FromAsync(some => some.Network(internetEgress: true));

        Assert.Empty(closed.OfType("oci:Core/natGateway:NatGateway"));
        Assert.Single(open.OfType("oci:Core/natGateway:NatGateway"));
        Assert.Equal(
            ["nodes out 0.0.0.0/0 tcp 443", "pods out 0.0.0.0/0 tcp 443"],
            open.OfType(Rule).Select(RuleText.From).Except(closed.OfType(Rule).Select(RuleText.From)).Order(StringComparer.Ordinal));
    }

    // What runs an untrusted model is in the group of all pods, and must not reach the internet with the routers.
    [Fact]
    public async Task With_a_group_for_egress_only_its_pods_reach_the_internet()
    {
        var closed = await Rendered.FromAsync(some => some.Network());
        var open = await Rendered.FromAsync(some => some.Network(internetEgress: true, egressByGroup: true));

        Assert.Equal(
            ["egress out 0.0.0.0/0 tcp 443"],
            open.OfType(Rule).Select(RuleText.From).Except(closed.OfType(Rule).Select(RuleText.From)));
        Assert.Single(open.OfType("oci:Core/natGateway:NatGateway"));
        Assert.DoesNotContain(open.OfType(Subnet), static subnet => subnet.Name == "network-egress");
        Assert.DoesNotContain(
            (await Rendered.FromAsync(some => some.Network(egressByGroup: true))).All,
            static made => made.Name.Contains("egress", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connections_are_logged_if_that_is_requested()
    {
        var network = await Rendered.FromAsync(some => some.Network(
            logs: new FlowLogsArgs { IsRefusedOnly = true, OneIn = 10, RetentionDays = 60 }));

        var filter = network.Only("oci:Core/captureFilter:CaptureFilter");
        Assert.Equal("FLOWLOG", filter.Text("filterType"));
        var rule = Assert.Single(filter.Inputs.List("flowLogCaptureFilterRules").Cast<ImmutableDictionary<string, object>>());
        Assert.Equal(("INCLUDE", "REJECT", 10d), (rule["ruleAction"], rule["flowLogType"], rule["samplingRate"]));
        var log = network.Only("oci:Logging/log:Log");
        Assert.Equal(60d, log.Inputs["retentionDuration"]);
        var source = log.Part("configuration").Map("source");
        Assert.Equal(("flowlogs", "vcn", "network-id"), (source["service"], source["category"], source["resource"]));
        Assert.Equal("network-flows-id", source.Map("parameters")["capture_filter"]);
        Assert.Empty((await Rendered.FromAsync(some => some.Network())).OfType("oci:Logging/log:Log"));
        Assert.Contains(
            "LogRetentionDays is 45",
            await Rendered.RefusalAsync(some => some.Network(logs: new FlowLogsArgs { RetentionDays = 45 })),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0/0")]
    [InlineData("0.0.0.0/1")]
    [InlineData("10.0.0.0/15")]
    [InlineData("::/0")]
    [InlineData("everyone")]
    public async Task The_cluster_endpoint_is_not_opened_to_most_of_the_internet(string range) =>
        Assert.Contains(
            "ClusterEndpointAllowedCidrs",
            await Rendered.RefusalAsync(some => some.Network(isPublic: true, allowed: [range])),
            StringComparison.Ordinal);

    [Fact]
    public async Task Subnets_that_overlap_or_are_outside_the_network_are_refused()
    {
        Assert.Contains(
            "the pods subnet 10.0.32.0/19 overlaps the nodes subnet",
            await Rendered.RefusalAsync(some => some.Network(nodes: "10.0.33.0/24")),
            StringComparison.Ordinal);
        Assert.Contains(
            "the nodes subnet 10.1.0.0/24 is outside",
            await Rendered.RefusalAsync(some => some.Network(nodes: "10.1.0.0/24")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_of_a_network_that_does_not_exist_yet_has_the_same_resources()
    {
        var update = await Rendered.FromAsync(some => some.Network());
        var preview = await Rendered.FromAsync(some => some.Network(), isPreview: true);

        Assert.Equal(Names(update), Names(preview));

        static IEnumerable<string> Names(Rendered run) => run.All.Select(made => $"{made.Type} {made.Name}").Order(StringComparer.Ordinal);
    }
}
