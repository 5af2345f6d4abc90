using System.Collections.Immutable;
using ModelServing.Infra.Images;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;
using Pulumi;
using Pulumi.Utilities;

namespace ModelServing.Infra.Tests.Data;

/// <summary>What holds data: the bucket, the table, the cache, the repositories.</summary>
[Collection(nameof(OneAtATime))]
public class DataTests
{
    private const string Bucket = "oci:ObjectStorage/bucket:Bucket";
    private const string Lifecycle = "oci:ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy";
    private const string Table = "oci:Nosql/table:Table";
    private const string Redis = "oci:Redis/redisCluster:RedisCluster";

    [Fact]
    public async Task The_bucket_is_private_versioned_and_tells_of_new_objects()
    {
        var bucket = (await Rendered.OfAsync(some => some.ArtifactStore())).Only(Bucket);

        Assert.Equal("modelserving-some-artifacts", bucket.Text("name"));
        Assert.Equal("NoPublicAccess", bucket.Text("accessType"));
        Assert.Equal("Enabled", bucket.Text("versioning"));
        Assert.True((bool)bucket.Inputs["objectEventsEnabled"]);
    }

    [Fact]
    public async Task Rules_clear_away_old_versions_and_unfinished_uploads_and_nothing_that_is_current()
    {
        var run = await Rendered.OfAsync(some => some.ArtifactStore());

        var rules = run.Only(Lifecycle).Inputs.List("rules").Cast<ImmutableDictionary<string, object>>();
        Assert.Equal(["ABORT multipart-uploads 7 DAYS", "DELETE previous-object-versions 90 DAYS"],
            rules.Select(rule => $"{rule["action"]} {rule["target"]} {rule["timeAmount"]} {rule["timeUnit"]}").Order(StringComparer.Ordinal));
        Assert.Equal(["services-object-storage"], await run.Only(Lifecycle).AfterAsync());
    }

    [Fact]
    public async Task The_bucket_and_the_secrets_of_the_cluster_take_a_key_of_ones_own()
    {
        var own = await Rendered.OfAsync(some => some.ArtifactStore(key: "ocid1.key.some"));
        Assert.Equal("ocid1.key.some", own.Only(Bucket).Text("kmsKeyId"));
        Assert.Equal(["services-object-storage"], await own.Only(Bucket).AfterAsync());
        Assert.DoesNotContain("kmsKeyId", (await Rendered.OfAsync(some => some.ArtifactStore())).Only(Bucket).Inputs.Keys);
    }

    [Fact]
    public async Task The_journal_has_one_shard_per_model_and_no_time_to_live()
    {
        var table = (await Rendered.OfAsync(some => some.Journal())).Only(Table);

        Assert.Equal("modelserving_some_journal", table.Text("name"));
        Assert.Equal("CREATE TABLE IF NOT EXISTS modelserving_some_journal (model STRING, seq LONG, event JSON, PRIMARY KEY(SHARD(model), seq))", table.Text("ddlStatement"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Data_is_protected_and_kept_when_the_setting_says_so(bool dataProtection)
    {
        var run = await Rendered.OfAsync(some =>
        {
            some.ArtifactStore(dataProtection);
            some.Journal(dataProtection);
            some.Cache(dataProtection: dataProtection);
        });

        foreach (var type in (string[])[Bucket, Table])
        {
            Assert.Equal(dataProtection, run.Only(type).Options.Protect);
            Assert.Equal(dataProtection, run.Only(type).Options.RetainOnDelete);
        }

        // A cache that nobody's stack knows would only cost: it is protected and not kept.
        Assert.Equal(dataProtection, run.Only(Redis).Options.Protect);
        Assert.NotEqual(true, run.Only(Redis).Options.RetainOnDelete);
    }

    [Fact]
    public async Task The_cache_never_evicts()
    {
        var run = await Rendered.OfAsync(some => some.Cache());

        var set = run.Only("oci:Redis/ociCacheConfigSet:OciCacheConfigSet");
        var item = Assert.IsType<ImmutableDictionary<string, object>>(Assert.Single(set.Part("configurationDetails").List("items")));
        Assert.Equal("maxmemory-policy=noeviction", $"{item["configKey"]}={item["configValue"]}");
        Assert.Equal("cache-id", run.Only(Redis).Text("ociCacheConfigSetId"));
        Assert.Equal(set.Text("softwareVersion"), run.Only(Redis).Text("softwareVersion"));
        Assert.Equal("ocid1.networksecuritygroup.some", Assert.Single(run.Only(Redis).Inputs.List("nsgIds")));
    }

    [Theory]
    [InlineData(null, "NONSHARDED", "primary.example.com")]
    [InlineData(3, "SHARDED", "discovery.example.com")]
    public async Task A_cache_has_shards_when_they_are_asked_for(int? shards, string mode, string host)
    {
        Output<string>? made = null;
        var run = await Rendered.OfAsync(some => made = some.Cache(shards).Host);

        Assert.Equal(mode, run.Only(Redis).Text("clusterMode"));
        Assert.Equal(shards is not null, run.Only(Redis).Inputs.ContainsKey("shardCount"));
        Assert.Equal(host, await OutputUtilities.GetValueAsync(made!));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(101, 1)]
    [InlineData(51, 2)]
    public async Task Shards_that_OCI_has_not_are_refused(int shards, int nodes) =>
        Assert.Contains("Shards is", await Rendered.RefusalAsync(some => some.Cache(shards, nodes: nodes)), StringComparison.Ordinal);

    [Fact]
    public async Task Repositories_are_private_and_immutable()
    {
        ImagesComponent? images = null;
        var run = await Rendered.OfAsync(some => images = some.Images("router", "inference"));

        var repositories = run.OfType("oci:Artifacts/containerRepository:ContainerRepository").ToList();
        Assert.Equal(["modelserving-some/inference", "modelserving-some/router"], repositories.Select(made => made.Text("displayName")).Order(StringComparer.Ordinal));
        Assert.All(repositories, made => Assert.True((bool)made.Inputs["isImmutable"]));
        Assert.All(repositories, made => Assert.False((bool)made.Inputs["isPublic"]));
        Assert.Equal("ocir.eu-frankfurt-1.oci.oraclecloud.com/examplespace/modelserving-some/router", await OutputUtilities.GetValueAsync(images!.Repositories["router"]));
    }
}
