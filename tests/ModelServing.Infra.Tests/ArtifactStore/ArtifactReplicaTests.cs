using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;
using Pulumi;

namespace ModelServing.Infra.Tests.ArtifactStore;

/// <summary>The copy of the bucket in another region.</summary>
[Collection(nameof(OneAtATime))]
public class ArtifactReplicaTests
{
    private const string Bucket = "oci:ObjectStorage/bucket:Bucket";
    private const StringComparison Ordinal = StringComparison.Ordinal;
    private const string Policy = "oci:ObjectStorage/replicationPolicy:ReplicationPolicy";

    [Fact]
    public async Task The_bucket_is_copied_to_another_one_in_the_region_of_the_setting()
    {
        var cloud = new SomeCloud(true, SomeStack.Published);
        var run = await StackRendering.RunAsync(
            cloud,
            StackConfiguration.FromFile(SomeStack.File(more: "modelserving:replication: { region: eu-amsterdam-1 }")).Online(),
            "some",
            isPreview: false);

        var copy = run.Single(Bucket, "replica");
        Assert.Equal("modelserving-some-artifacts-copy", copy.Inputs["name"]);
        // A bucket that is a copy may not keep versions.
        Assert.Equal(("NoPublicAccess", "Disabled"), (copy.Inputs["accessType"], copy.Inputs["versioning"]));
        var policy = Assert.Single(run.OfType(Policy));
        Assert.Equal(
            ("modelserving-some-artifacts", "modelserving-some-artifacts-copy", "eu-amsterdam-1", "examplespace"),
            (policy.Inputs["bucket"], policy.Inputs["destinationBucketName"], policy.Inputs["destinationRegionName"],
                policy.Inputs["namespace"]));
        // The policy is the first bucket's, and the second bucket is in the other region.
        Assert.Contains(cloud.Providers, static made => made.What == Policy && made.Provider.Contains("::region::", Ordinal));
        Assert.Contains(cloud.Providers, static made => made.What == Bucket && made.Provider.Contains("::replica::", Ordinal));
        Assert.Equal("eu-amsterdam-1", run.Single("pulumi:providers:oci", "replica").Inputs["region"]);
        foreach (var each in (RenderedResource[])[copy, policy])
        {
            Assert.Contains("oci:Identity/policy:Policy services-object-storage", await each.DependenciesAsync());
            Assert.True(each.Options.Protect);
        }
    }

    [Fact]
    public async Task By_default_there_is_no_copy()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());
        Assert.Single(run.OfType(Bucket));
        Assert.Empty(run.OfType(Policy));
    }

    [Fact]
    public void A_copy_in_the_same_region_is_refused()
    {
        var fault = Assert.Throws<RunException>(
            () => StackConfiguration.FromFile(SomeStack.File(more: "modelserving:replication: { region: eu-frankfurt-1 }")));
        Assert.Contains("modelserving:replication.region: ", fault.Message, StringComparison.Ordinal);
    }
}
