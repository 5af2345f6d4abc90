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
    public async Task It_is_an_enhanced_cluster_with_a_private_endpoint_and_pods_on_the_network()
    {
        var run = await Rendered.OfAsync(some => some.Cluster());

        var cluster = run.Only(Type);
        Assert.Equal("ENHANCED_CLUSTER", cluster.Text("type"));
        Assert.Equal("OCI_VCN_IP_NATIVE", cluster.Inputs.List("clusterPodNetworkOptions").Cast<System.Collections.Immutable.ImmutableDictionary<string, object>>().Single()["cniType"]);
        Assert.False((bool)cluster.Part("endpointConfig")["isPublicIpEnabled"]);
        Assert.Equal("network-cluster-endpoint-id", Assert.Single(cluster.Part("endpointConfig").List("nsgIds")));
        var nodes = run.Only(Pool);
        Assert.Equal("network-nodes-id", Assert.Single(nodes.Part("nodeConfigDetails").List("nsgIds")));
        Assert.Equal("network-pods-id", Assert.Single(nodes.Part("nodeConfigDetails").Map("nodePoolPodNetworkOptionDetails").List("podNsgIds")));
        Assert.Equal("ocid1.image.some", nodes.Part("nodeSourceDetails")["imageId"]);
        Assert.True((bool)nodes.Part("nodeConfigDetails")["isPvEncryptionInTransitEnabled"]);
    }

    [Fact]
    public async Task The_size_of_the_pool_is_the_autoscalers()
    {
        var run = await Rendered.OfAsync(some => some.Cluster());

        Assert.Equal(["nodeConfigDetails.size"], run.Only(Pool).Options.IgnoreChanges);
        Assert.Equal(
            ["authType=workload", "nodes=1:3:cluster-nodes-id", "scaleDownUnneededTime=10m"],
            run.Named(Addon, "cluster-autoscaler").Inputs.List("configurations").Cast<System.Collections.Immutable.ImmutableDictionary<string, object>>().Select(c => $"{c["key"]}={c["value"]}"));
    }

    [Fact]
    public async Task The_metrics_server_comes_after_the_cert_manager_that_it_requires()
    {
        var run = await Rendered.OfAsync(some => some.Cluster());

        Assert.Equal(["CertManager", "ClusterAutoscaler", "KubernetesMetricsServer"], run.OfType(Addon).Select(addon => addon.Text("addonName")).Order(StringComparer.Ordinal));
        Assert.Equal(["cluster-cert-manager"], await run.Named(Addon, "cluster-metrics-server").AfterAsync());
        Assert.Equal(["cluster-nodes"], await run.Named(Addon, "cluster-cert-manager").AfterAsync());
    }

    [Fact]
    public async Task Nodes_are_spread_over_as_many_availability_domains_as_asked_for()
    {
        var run = await Rendered.OfAsync(some => some.Cluster(domains: 3));
        Assert.Equal(3, run.Only(Pool).Part("nodeConfigDetails").List("placementConfigs").Length);
    }

    [Fact]
    public async Task A_key_of_ones_own_takes_leave_to_use_it_first()
    {
        var run = await Rendered.OfAsync(some => some.Cluster("ocid1.key.some", some.ServicePolicies("ocid1.key.some").ClusterKey));

        Assert.Equal("ocid1.key.some", run.Only(Type).Text("kmsKeyId"));
        Assert.Equal(["services-cluster-key"], await run.Only(Type).AfterAsync());
        Assert.Contains("KeyPolicy", await Rendered.RefusalAsync(some => some.Cluster("ocid1.key.some")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_of_Services_lie_outside_of_the_network() =>
        Assert.Contains("ServiceCidr 10.0.64.0/20 overlaps", await Rendered.RefusalAsync(some => some.Cluster(services: "10.0.64.0/20")), StringComparison.Ordinal);

    [Fact]
    public async Task The_kubeconfig_is_a_secret()
    {
        var isSecret = false;
        await Rendered.OfAsync(some => isSecret = Output.IsSecretAsync(some.Cluster().KubeConfig).GetAwaiter().GetResult());
        Assert.True(isSecret);
    }
}
