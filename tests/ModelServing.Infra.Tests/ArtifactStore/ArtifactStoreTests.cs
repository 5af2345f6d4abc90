using System.Collections.Immutable;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.ArtifactStore;

[Collection(nameof(OneAtATime))]
public class ArtifactStoreTests
{
    private const string Bucket = "oci:ObjectStorage/bucket:Bucket";
    private const string Lifecycle = "oci:ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy";

    [Fact]
    public async Task The_bucket_is_private_and_versioned_and_has_events_for_new_objects()
    {
        var bucket = (await Rendered.FromAsync(some => some.ArtifactStore())).Only(Bucket);

        Assert.Equal("modelserving-some-artifacts", bucket.Text("name"));
        Assert.Equal("NoPublicAccess", bucket.Text("accessType"));
        Assert.Equal("Enabled", bucket.Text("versioning"));
        Assert.True((bool)bucket.Inputs["objectEventsEnabled"]);
    }

    [Fact]
    public async Task The_rules_delete_old_versions_unfinished_uploads_and_the_data_lake_but_no_other_current_object()
    {
        var run = await Rendered.FromAsync(some => some.ArtifactStore());

        var rules = run.Only(Lifecycle).Inputs.List("rules").Cast<ImmutableDictionary<string, object>>();
        Assert.Equal(
            [
                "ABORT multipart-uploads 7 DAYS ",
                "DELETE objects 365 DAYS datalake/",
                "DELETE previous-object-versions 90 DAYS ",
            ],
            rules.Select(rule => $"{rule["action"]} {rule["target"]} {rule["timeAmount"]} {rule["timeUnit"]} {PrefixOf(rule)}")
                .Order(StringComparer.Ordinal));
        Assert.Equal(["services-object-storage"], await run.Only(Lifecycle).AfterAsync());
    }

    private static string PrefixOf(ImmutableDictionary<string, object> rule) =>
        rule.TryGetValue("objectNameFilter", out var filter)
            ? (string)((ImmutableDictionary<string, object>)filter).List("inclusionPrefixes").Single()
            : "";

    [Fact]
    public async Task A_customers_key_encrypts_the_bucket()
    {
        var own = await Rendered.FromAsync(some => some.ArtifactStore(key: "ocid1.key.some"));
        Assert.Equal("ocid1.key.some", own.Only(Bucket).Text("kmsKeyId"));
        Assert.Equal(["services-object-storage"], await own.Only(Bucket).AfterAsync());
        Assert.DoesNotContain("kmsKeyId", (await Rendered.FromAsync(some => some.ArtifactStore())).Only(Bucket).Inputs.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_bucket_is_protected_and_kept_if_the_setting_says_so(bool dataProtection)
    {
        var bucket = (await Rendered.FromAsync(some => some.ArtifactStore(dataProtection))).Only(Bucket);

        Assert.Equal(dataProtection, bucket.Options.Protect);
        Assert.Equal(dataProtection, bucket.Options.RetainOnDelete);
    }

    // With a compartment, the call needs the right OBJECTSTORAGE_NAMESPACE_READ, which a deployer may not have.
    [Fact]
    public async Task The_tenancys_namespace_is_asked_for_in_the_way_that_needs_no_right()
    {
        var cloud = new SomeCloud();
        await SomeStack.RunAsync(SomeStack.File(images: ""), cloud);

        Assert.Empty(Assert.Single(cloud.Calls, static call => call.Token == "oci:ObjectStorage/getNamespace:getNamespace").Args);
    }
}
