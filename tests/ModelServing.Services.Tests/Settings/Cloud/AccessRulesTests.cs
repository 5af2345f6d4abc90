namespace ModelServing.Services.Tests.Settings.Cloud;

/// <summary>The rules about who reaches what over the network.</summary>
public class AccessRulesTests
{
    [Theory]
    [InlineData("publicEndpoint: true", "", "cluster.allowedCidrs", "missing: a public endpoint needs the addresses")]
    [InlineData("allowedCidrs: [10.0.0.1/24]", "", "cluster.allowedCidrs[0]", "its address has bits outside the prefix")]
    [InlineData("allowedCidrs: [198.51.100.0/24, 10.0.0.0/8]", "", "cluster.allowedCidrs[1]", "10.0.0.0/8 is wider than a /16")]
    [InlineData("access: bastion", "", "cluster.bastionAllowedCidrs", "missing: a Bastion needs the addresses")]
    [InlineData(
        "access: bastion, bastionAllowedCidrs: [0.0.0.0/0]", "", "cluster.bastionAllowedCidrs[0]", "0.0.0.0/0 is wider than a /16")]
    [InlineData(
        "access: runner, bastionAllowedCidrs: [198.51.100.7/32]", "", "cluster.bastionAllowedCidrs", "only a Bastion uses it; remove it")]
    [InlineData(
        "publicEndpoint: true, allowedCidrs: [198.51.100.7/32], access: runner",
        "",
        "cluster.access",
        "a public endpoint needs no other way")]
    [InlineData("routerNodes: { min: 1 }", "", "cluster.routerNodes", "set network.internetEgress to true")]
    [InlineData("routerNodes: { min: 4 }", "internetEgress: true", "cluster.routerNodes.min", "4 is greater than cluster.routerNodes.max")]
    [InlineData(
        "nodes: { min: 3, availabilityDomains: 3 }, routerNodes: { min: 2 }",
        "internetEgress: true",
        "cluster.routerNodes.min",
        "2 is less than cluster.nodes.availabilityDomains, which is 3")]
    [InlineData("nodes: {}", "flowLogs: { days: 45 }", "network.flowLogs.days", "45 is not one of 30, 60, 90, 120, 150, 180")]
    [InlineData("nodes: {}", "cidr: 10.96.0.0/16", "network.cidr", "10.96.0.0/16 is the range of the cluster's Services")]
    public void A_way_that_leads_nowhere_or_everywhere_is_reported(string cluster, string network, string path, string message) =>
        FoundationFile.AssertFault(Text(cluster, network), path, message);

    [Theory]
    [InlineData("access: none", "")]
    [InlineData("access: runner", "")]
    [InlineData("access: bastion, bastionAllowedCidrs: [198.51.100.7/32], allowedCidrs: [10.8.0.0/16]", "")]
    [InlineData("routerNodes: { min: 2, max: 4 }", "internetEgress: true, flowLogs: { refusedOnly: true, oneIn: 10, days: 60 }")]
    public void Valid_settings_have_no_fault(string cluster, string network) =>
        Assert.Empty(FoundationFile.Check(Text(cluster, network)));

    private static string Text(string cluster, string network) => FoundationFile.Text($"network: {{ {network} }}", cluster);
}
