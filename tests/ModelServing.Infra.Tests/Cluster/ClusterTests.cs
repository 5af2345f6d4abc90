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
    private const string Spread = """[{"maxSkew":1,"topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":"ScheduleAnyway","""
        + "\"labelSelector\":{\"matchLabels\":{\"app\":\"cluster-autoscaler\"}}}]";

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
        var nodes = run.Named(Pool, "cluster-nodes-1");
        Assert.Equal("network-nodes-id", Assert.Single(nodes.Part("nodeConfigDetails").List("nsgIds")));
        Assert.Equal(
            "network-pods-id",
            Assert.Single(nodes.Part("nodeConfigDetails").Map("nodePoolPodNetworkOptionDetails").List("podNsgIds")));
        Assert.Equal("ocid1.image.some", nodes.Part("nodeSourceDetails")["imageId"]);
        Assert.True((bool)nodes.Part("nodeConfigDetails")["isPvEncryptionInTransitEnabled"]);
    }

    [Fact]
    public async Task Each_availability_domain_has_a_pool_whose_size_only_the_autoscaler_sets()
    {
        var run = await Rendered.FromAsync(some => some.Cluster(domains: 3));

        foreach (var index in Enumerable.Range(1, 3))
        {
            var pool = run.Named(Pool, $"cluster-nodes-{index}");
            Assert.Equal(["nodeConfigDetails.size"], pool.Options.IgnoreChanges);
            Assert.Equal([$"XXXX:EU-FRANKFURT-1-AD-{index}"], Domains(pool));
            Assert.Equal("modelserving/pool=serving", Label(pool));
        }

        // 4 to 11 nodes: the first pools have what can't be divided.
        Assert.Equal([2d, 1d, 1d], run.OfType(Pool)
            .Where(static pool => pool.Name != "cluster-system")
            .Select(static pool => pool.Part("nodeConfigDetails")["size"]));
        Assert.Equal(
            "2:4:cluster-nodes-1-id, 1:4:cluster-nodes-2-id, 1:3:cluster-nodes-3-id",
            Settings(run.Named(Addon, "cluster-autoscaler"))["nodes"]);
    }

    [Fact]
    public async Task Another_number_of_domains_adds_pools_and_moves_no_node()
    {
        var (one, three) = (await Rendered.FromAsync(some => some.Cluster()), await Rendered.FromAsync(some => some.Cluster(domains: 3)));
        Assert.Equal(Domains(one.Named(Pool, "cluster-nodes-1")), Domains(three.Named(Pool, "cluster-nodes-1")));
        Assert.DoesNotContain(one.OfType(Pool), static pool => pool.Name == "cluster-nodes-2");
    }

    [Fact]
    public async Task Nothing_keeps_an_idle_node_alive_and_the_minimum_is_enforced()
    {
        var one = Settings((await Rendered.FromAsync(some => some.SizedCluster(2, 5, systemNodes: 2))).Named(Addon, "cluster-autoscaler"));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["authType"] = "workload",
                ["cordonNodeBeforeTerminating"] = "true",
                ["enforceNodeGroupMinSize"] = "true",
                ["maxNodeProvisionTime"] = "25m",
                ["nodeSelectors"] = """{"modelserving/pool":"system"}""",
                ["nodes"] = "2:5:cluster-nodes-1-id",
                ["numOfReplicas"] = "2",
                ["scaleDownUnneededTime"] = "10m",
                ["skipNodesWithSystemPods"] = "false",
                ["topologySpreadConstraints"] = Spread,
            },
            one);

        // Add-ons with local volumes then run among our pods.
        var without = await Rendered.FromAsync(some => some.SizedCluster(2, 5, systemNodes: 0));
        var alone = Settings(without.Named(Addon, "cluster-autoscaler"));
        Assert.Equal("false", alone["skipNodesWithLocalStorage"]);
        Assert.DoesNotContain("nodeSelectors", alone.Keys);

        var three = Settings((await Rendered.FromAsync(some => some.Cluster(domains: 3))).Named(Addon, "cluster-autoscaler"));
        Assert.Equal(("true", "modelserving/pool"), (three["balanceSimilarNodeGroups"], three["balancingLabel"]));
    }

    [Fact]
    public async Task The_add_ons_run_on_a_pool_that_the_autoscaler_does_not_manage()
    {
        var run = await Rendered.FromAsync(some => some.SizedCluster(2, 5, systemNodes: 2));

        var pool = run.Named(Pool, "cluster-system");
        Assert.Equal(2d, pool.Part("nodeConfigDetails")["size"]);
        Assert.Empty(pool.Options.IgnoreChanges);
        Assert.Equal("modelserving/pool=system", Label(pool));
        Assert.DoesNotContain("cluster-system", Settings(run.Named(Addon, "cluster-autoscaler"))["nodes"], StringComparison.Ordinal);
        Assert.All(run.OfType(Addon), addon => Assert.Equal("""{"modelserving/pool":"system"}""", Settings(addon)["nodeSelectors"]));
        Assert.Single((await Rendered.FromAsync(some => some.SizedCluster(2, 5, systemNodes: 0))).OfType(Pool));
    }

    [Fact]
    public async Task The_metrics_server_comes_after_the_cert_manager_that_it_requires()
    {
        var run = await Rendered.FromAsync(some => some.Cluster());

        Assert.Equal(
            ["CertManager", "ClusterAutoscaler", "KubernetesMetricsServer"],
            run.OfType(Addon).Select(addon => addon.Text("addonName")).Order(StringComparer.Ordinal));
        Assert.Equal(["cluster-cert-manager"], await run.Named(Addon, "cluster-metrics-server").AfterAsync());
        Assert.Equal(["cluster-system", "cluster-nodes-1"], await run.Named(Addon, "cluster-cert-manager").AfterAsync());
    }

    [Fact]
    public async Task Nodes_are_replaced_only_on_request_and_a_pod_that_stays_does_not_fail_it()
    {
        var pools = (await Rendered.FromAsync(some => some.SizedCluster(2, 5, systemNodes: 2))).OfType(Pool).ToList();
        Assert.Equal(2, pools.Count);
        Assert.All(pools, static pool =>
        {
            Assert.False((bool)pool.Part("nodePoolCyclingDetails")["isNodeCyclingEnabled"]);
            var eviction = pool.Part("nodeEvictionNodePoolSettings");
            Assert.Equal("PT60M", eviction["evictionGraceDuration"]);
            Assert.True((bool)eviction["isForceActionAfterGraceDuration"]);
            Assert.True((bool)eviction["isForceDeleteAfterGraceDuration"]);
        });

        var cycled = (await Rendered.FromAsync(some => some.SizedCluster(2, 5, systemNodes: 2, isCycling: true))).OfType(Pool).ToList();
        Assert.All(cycled, static pool =>
        {
            var cycling = pool.Part("nodePoolCyclingDetails");
            Assert.True((bool)cycling["isNodeCyclingEnabled"]);
            Assert.Equal(("25%", "0%"), (cycling["maximumSurge"], cycling["maximumUnavailable"]));
        });
    }

    [Fact]
    public async Task Only_the_pods_on_the_routers_nodes_are_in_the_group_that_reaches_the_internet()
    {
        var run = await Rendered.FromAsync(some => some.Cluster(domains: 3, routers: (4, 7)));

        Assert.Equal(["network-pods-id"], PodGroups("cluster-system"));
        foreach (var index in Enumerable.Range(1, 3))
        {
            Assert.Equal(["network-pods-id"], PodGroups($"cluster-nodes-{index}"));
            var name = $"cluster-router-nodes-{index}";
            Assert.Equal(["network-pods-id", "network-egress-id"], PodGroups(name));
            var pool = run.Named(Pool, name);
            Assert.Equal("modelserving/pool=router", Label(pool));
            Assert.Equal([$"XXXX:EU-FRANKFURT-1-AD-{index}"], Domains(pool));
            Assert.Equal(["nodeConfigDetails.size"], pool.Options.IgnoreChanges);
            Assert.Equal("PT60M", pool.Part("nodeEvictionNodePoolSettings")["evictionGraceDuration"]);
            Assert.NotNull(pool.Options.CustomTimeouts?.Create);
        }

        // The autoscaler adds and removes routers' nodes as it does those of the others.
        var settings = Settings(run.Named(Addon, "cluster-autoscaler"));
        Assert.Equal(
            "2:4:cluster-nodes-1-id, 1:4:cluster-nodes-2-id, 1:3:cluster-nodes-3-id, "
            + "2:3:cluster-router-nodes-1-id, 1:2:cluster-router-nodes-2-id, 1:2:cluster-router-nodes-3-id",
            settings["nodes"]);
        Assert.Equal("modelserving/pool", settings["balancingLabel"]);

        IEnumerable<object> PodGroups(string pool) =>
            run.Named(Pool, pool).Part("nodeConfigDetails").Map("nodePoolPodNetworkOptionDetails").List("podNsgIds");
    }

    [Theory]
    [InlineData(0, 1, true, "RouterNodes.Min 0 and RouterNodes.Max 1 are not a range from at least 1")]
    [InlineData(3, 2, true, "RouterNodes.Min 3 and RouterNodes.Max 2 are not a range from at least 1")]
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
        Assert.All(run.OfType(Pool), static pool => Assert.Equal("ocid1.key.some", pool.Part("nodeConfigDetails")["kmsKeyId"]));
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

    private static Dictionary<string, string> Settings(Made addon) => addon.Inputs.List("configurations")
        .Cast<ImmutableDictionary<string, object>>()
        .ToDictionary(static setting => (string)setting["key"], static setting => (string)setting["value"]);

    private static IEnumerable<string> Domains(Made pool) => pool.Part("nodeConfigDetails").List("placementConfigs")
        .Cast<ImmutableDictionary<string, object>>()
        .Select(static placement => (string)placement["availabilityDomain"]);

    private static string Label(Made pool)
    {
        var label = (ImmutableDictionary<string, object>)Assert.Single(pool.Inputs.List("initialNodeLabels"));
        return $"{label["key"]}={label["value"]}";
    }
}
