using System.Collections.Immutable;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;
using Pulumi;

namespace ModelServing.Infra.Tests.Cluster;

[Collection(nameof(OneAtATime))]
public class ClusterTests
{
    private const string Type = "oci:ContainerEngine/cluster:Cluster";
    private const string Pool = "oci:ContainerEngine/nodePool:NodePool";
    private const string Addon = "oci:ContainerEngine/addon:Addon";

    [Fact]
    public async Task The_cluster_is_enhanced_with_a_private_endpoint_and_pods_on_the_network()
    {
        var run = await Rendered.FromAsync(some => some.Cluster());

        var cluster = run.Only(Type);
        Assert.Equal("ENHANCED_CLUSTER", cluster.Text("type"));
        Assert.Equal(
            "OCI_VCN_IP_NATIVE",
            cluster.Inputs.List("clusterPodNetworkOptions").Cast<ImmutableDictionary<string, object>>().Single()["cniType"]);
        Assert.False((bool)cluster.Part("endpointConfig")["isPublicIpEnabled"]);
        Assert.Equal("network-cluster-endpoint-id", Assert.Single(cluster.Part("endpointConfig").List("nsgIds")));
        var nodes = run.Only(Pool);
        Assert.Equal("network-nodes-id", Assert.Single(nodes.Part("nodeConfigDetails").List("nsgIds")));
        Assert.Equal(
            "network-pods-id",
            Assert.Single(nodes.Part("nodeConfigDetails").Map("nodePoolPodNetworkOptionDetails").List("podNsgIds")));
        Assert.Equal("ocid1.image.some", nodes.Part("nodeSourceDetails")["imageId"]);
        Assert.True((bool)nodes.Part("nodeConfigDetails")["isPvEncryptionInTransitEnabled"]);
    }

    [Fact]
    public async Task Only_the_autoscaler_sets_the_size_of_the_pool()
    {
        var run = await Rendered.FromAsync(some => some.Cluster());

        Assert.Equal(["nodeConfigDetails.size"], run.Only(Pool).Options.IgnoreChanges);
        Assert.Equal(
            ["authType=workload", "nodes=1:3:cluster-nodes-id", "scaleDownUnneededTime=10m"],
            run.Named(Addon, "cluster-autoscaler").Inputs.List("configurations")
                .Cast<ImmutableDictionary<string, object>>()
                .Select(c => $"{c["key"]}={c["value"]}"));
    }

    [Fact]
    public async Task The_metrics_server_comes_after_the_cert_manager_that_it_requires()
    {
        var run = await Rendered.FromAsync(some => some.Cluster());

        Assert.Equal(
            ["CertManager", "ClusterAutoscaler", "KubernetesMetricsServer"],
            run.OfType(Addon).Select(addon => addon.Text("addonName")).Order(StringComparer.Ordinal));
        Assert.Equal(["cluster-cert-manager"], await run.Named(Addon, "cluster-metrics-server").AfterAsync());
        Assert.Equal(["cluster-nodes"], await run.Named(Addon, "cluster-cert-manager").AfterAsync());
    }

    [Fact]
    public async Task Nodes_are_spread_over_the_requested_number_of_availability_domains()
    {
        var run = await Rendered.FromAsync(some => some.Cluster(domains: 3));
        Assert.Equal(3, run.Only(Pool).Part("nodeConfigDetails").List("placementConfigs").Length);
    }

    [Fact]
    public async Task Only_the_pods_on_the_routers_nodes_are_in_the_group_that_reaches_the_internet()
    {
        var run = await Rendered.FromAsync(some => some.Cluster(domains: 3, routers: (2, 4)));

        Assert.Equal(["network-pods-id"], PodGroups("cluster-nodes"));
        Assert.Equal(["network-pods-id", "network-egress-id"], PodGroups("cluster-router-nodes"));
        var routers = run.Named(Pool, "cluster-router-nodes");
        var label = Assert.Single(routers.Inputs.List("initialNodeLabels").Cast<ImmutableDictionary<string, object>>());
        Assert.Equal(("modelserving/pool", "router"), (label["key"], label["value"]));
        Assert.DoesNotContain("initialNodeLabels", run.Named(Pool, "cluster-nodes").Inputs.Keys);
        Assert.Equal(2d, routers.Part("nodeConfigDetails")["size"]);
        Assert.Equal(["nodeConfigDetails.size"], routers.Options.IgnoreChanges);
        Assert.Contains(
            "nodes=1:3:cluster-nodes-id, 2:4:cluster-router-nodes-id",
            run.Named(Addon, "cluster-autoscaler").Inputs.List("configurations")
                .Cast<ImmutableDictionary<string, object>>()
                .Select(c => $"{c["key"]}={c["value"]}"));

        IEnumerable<object> PodGroups(string pool) =>
            run.Named(Pool, pool).Part("nodeConfigDetails").Map("nodePoolPodNetworkOptionDetails").List("podNsgIds");
    }

    [Theory]
    [InlineData(0, 1, true, "RouterNodes are from 0 to 1")]
    [InlineData(3, 2, true, "RouterNodes are from 3 to 2")]
    [InlineData(1, 2, false, "RouterNodes need a network with a group")]
    public async Task Nodes_of_routers_without_sense_are_refused(int min, int max, bool egressByGroup, string refusal) =>
        Assert.Contains(
            refusal,
            await Rendered.RefusalAsync(some => some.Cluster(routers: (min, max), egressByGroup: egressByGroup)),
            StringComparison.Ordinal);

    [Fact]
    public async Task A_customers_key_requires_the_policy_that_allows_its_use()
    {
        var run = await Rendered.FromAsync(some => some.Cluster("ocid1.key.some", some.ServicePolicies("ocid1.key.some").ClusterKey));

        Assert.Equal("ocid1.key.some", run.Only(Type).Text("kmsKeyId"));
        Assert.Equal(["services-cluster-key"], await run.Only(Type).AfterAsync());
        Assert.Contains("KeyPolicy", await Rendered.RefusalAsync(some => some.Cluster("ocid1.key.some")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_of_Services_are_outside_the_network() =>
        Assert.Contains(
            "ServiceCidr 10.0.64.0/20 overlaps",
            await Rendered.RefusalAsync(some => some.Cluster(services: "10.0.64.0/20")),
            StringComparison.Ordinal);

    [Fact]
    public async Task The_kubeconfig_is_a_secret()
    {
        var isSecret = false;
        await Rendered.FromAsync(some => isSecret = Output.IsSecretAsync(some.Cluster().KubeConfig).GetAwaiter().GetResult());
        Assert.True(isSecret);
    }
}
