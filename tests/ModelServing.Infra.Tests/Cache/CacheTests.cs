using System.Collections.Immutable;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;
using Pulumi;
using Pulumi.Utilities;

namespace ModelServing.Infra.Tests.Cache;

[Collection(nameof(OneAtATime))]
public class CacheTests
{
    private const string Redis = "oci:Redis/redisCluster:RedisCluster";

    [Fact]
    public async Task The_cache_never_evicts()
    {
        var run = await Rendered.FromAsync(some => some.Cache());

        var set = run.Only("oci:Redis/ociCacheConfigSet:OciCacheConfigSet");
        var item = Assert.IsType<ImmutableDictionary<string, object>>(Assert.Single(set.Part("configurationDetails").List("items")));
        Assert.Equal("maxmemory-policy=noeviction", $"{item["configKey"]}={item["configValue"]}");
        Assert.Equal("cache-id", run.Only(Redis).Text("ociCacheConfigSetId"));
        Assert.Equal(set.Text("softwareVersion"), run.Only(Redis).Text("softwareVersion"));
        Assert.Equal("ocid1.networksecuritygroup.some", Assert.Single(run.Only(Redis).Inputs.List("nsgIds")));
    }

    // A cache outside every stack would only cost money, so it is protected but not kept.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_cache_is_protected_if_the_setting_says_so_but_never_kept(bool dataProtection)
    {
        var cache = (await Rendered.FromAsync(some => some.Cache(dataProtection: dataProtection))).Only(Redis);

        Assert.Equal(dataProtection, cache.Options.Protect);
        Assert.NotEqual(true, cache.Options.RetainOnDelete);
    }

    [Theory]
    [InlineData(null, "NONSHARDED", "primary.example.com")]
    [InlineData(3, "SHARDED", "discovery.example.com")]
    public async Task The_cache_has_shards_if_they_are_requested(int? shards, string mode, string host)
    {
        Output<string>? actual = null;
        var run = await Rendered.FromAsync(some => actual = some.Cache(shards).Host);

        Assert.Equal(mode, run.Only(Redis).Text("clusterMode"));
        Assert.Equal(shards is not null, run.Only(Redis).Inputs.ContainsKey("shardCount"));
        Assert.Equal(host, await OutputUtilities.GetValueAsync(actual!));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(101, 1)]
    [InlineData(51, 2)]
    public async Task Numbers_of_shards_that_OCI_does_not_offer_are_refused(int shards, int nodes) =>
        Assert.Contains("Shards is", await Rendered.RefusalAsync(some => some.Cache(shards, nodes: nodes)), StringComparison.Ordinal);
}
