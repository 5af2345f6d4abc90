using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Cluster;

/// <summary>What OKE offers is compared with the settings before anything is created.</summary>
[Collection(nameof(OneAtATime))]
public class ClusterSoftwareTests
{
    private const string Pool = "oci:ContainerEngine/nodePool:NodePool";

    [Fact]
    public async Task A_version_that_OKE_does_not_offer_is_refused_with_those_that_it_does()
    {
        var cloud = new SomeCloud { KubernetesVersions = ["v1.34.1", "v1.35.2"] };
        var refusal = await Rendered.RefusalAsync(some => some.Cluster(version: "v1.33.1"), cloud);
        Assert.Contains(
            "cluster.kubernetesVersion is v1.33.1, which OKE does not offer here; it offers v1.34.1, v1.35.2",
            refusal,
            StringComparison.Ordinal);
        Assert.Contains(cloud.Calls, static call => call.Token == "oci:ContainerEngine/getClusters:getClusters");
    }

    [Theory]
    [InlineData("v1.34.1", "ACTIVE", true)]
    [InlineData("v1.34.1", "UPDATING", true)]
    [InlineData("v1.34.1", "DELETED", false)]
    [InlineData("v1.33.10", "ACTIVE", false)]
    public async Task A_cluster_that_has_the_version_already_can_still_be_changed(string version, string state, bool isAccepted)
    {
        var cloud = new SomeCloud { KubernetesVersions = ["v1.37.1"], Clusters = [("modelserving-some-cluster", version, state)] };
        if (isAccepted)
            await Rendered.FromAsync(some => some.Cluster(), cloud: cloud);
        else
            Assert.Contains("it offers v1.37.1", await Rendered.RefusalAsync(some => some.Cluster(), cloud), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "ocid1.image.some")]
    [InlineData(true, "ocid1.image.arm")]
    public async Task Without_an_image_the_newest_one_for_the_version_and_the_processors_is_taken(bool isArm, string image)
    {
        var cloud = new SomeCloud();
        var run = await Rendered.FromAsync(some => some.Cluster(image: null, isArm: isArm), cloud: cloud);
        Assert.All(run.OfType(Pool), pool => Assert.Equal(image, pool.Part("nodeSourceDetails")["imageId"]));
        var call = Assert.Single(cloud.Calls, static call => call.Token == "oci:ContainerEngine/getNodePoolOption:getNodePoolOption");
        Assert.Equal(("v1.34.1", isArm ? "AARCH64" : "X86_64"), (call.Args["nodePoolK8sVersion"], call.Args["nodePoolOsArch"]));
    }

    [Fact]
    public async Task Without_any_image_for_the_version_the_setting_is_named() => Assert.Contains(
        "OKE offers no image of Oracle Linux for v1.34.1 and X86_64; set cluster.nodeImage",
        await Rendered.RefusalAsync(some => some.Cluster(image: null), new SomeCloud { NodeImages = new Dictionary<string, string>() }),
        StringComparison.Ordinal);

    [Fact]
    public async Task If_OKE_offers_no_image_any_more_the_nodes_keep_theirs()
    {
        var cloud = new SomeCloud
        {
            KubernetesVersions = ["v1.37.1"],
            NodeImages = new Dictionary<string, string>(),
            Clusters = [("modelserving-some-cluster", "v1.34.1", "ACTIVE")],
            PoolImages = ["ocid1.image.kept"],
        };
        var run = await Rendered.FromAsync(some => some.Cluster(image: null), cloud: cloud);
        Assert.All(run.OfType(Pool), static pool => Assert.Equal("ocid1.image.kept", pool.Part("nodeSourceDetails")["imageId"]));
        var call = Assert.Single(cloud.Calls, static call => call.Token == "oci:ContainerEngine/getNodePools:getNodePools");
        Assert.Equal("ocid1.cluster.some", call.Args["clusterId"]);
    }

    [Fact]
    public async Task An_image_that_OKE_does_not_offer_is_refused_for_a_new_cluster_with_those_that_it_does()
    {
        var refusal = await Rendered.RefusalAsync(some => some.Cluster(image: "ocid1.image.gone"));
        Assert.Contains(
            "cluster.nodeImage is ocid1.image.gone, which OKE does not offer for v1.34.1 and X86_64; it offers "
            + "Oracle-Linux-8.10-2026.10.20-0-OKE-1.34.1-1301 (ocid1.image.some), "
            + "Oracle-Linux-8.10-2026.09.20-0-OKE-1.34.1-1300 (ocid1.image.old), "
            + "Oracle-Linux-8.10-2026.08.20-0-OKE-1.34.1-1299 (ocid1.image.oc1.eu-frankfurt-1.some)",
            refusal,
            StringComparison.Ordinal);

        var cloud = new SomeCloud { Clusters = [("modelserving-some-cluster", "v1.34.1", "ACTIVE")] };
        var run = await Rendered.FromAsync(some => some.Cluster(image: "ocid1.image.gone"), cloud: cloud);
        Assert.All(run.OfType(Pool), static pool => Assert.Equal("ocid1.image.gone", pool.Part("nodeSourceDetails")["imageId"]));
    }

    [Fact]
    public async Task Offline_nothing_is_asked_and_the_preview_says_what_is_not_known()
    {
        var cloud = new SomeCloud();
        var file = SomeStack.File().Replace(", nodeImage: ocid1.image.oc1.eu-frankfurt-1.some", "", StringComparison.Ordinal);
        var run = await SomeStack.RunAsync(file, cloud);
        Assert.DoesNotContain(cloud.Calls, static call => call.Token!.Contains("Option", StringComparison.Ordinal));
        Assert.All(run.OfType(Pool), static pool => Assert.Equal(
            "<the newest OKE image for v1.34.1 and X86_64>",
            pool.Inputs.Map("nodeSourceDetails")["imageId"]));
    }
}
