using System.Collections.Immutable;
using System.Security.Cryptography;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Infra.Tests.Workloads;
using Pulumi;
using Pulumi.Utilities;

namespace ModelServing.Infra.Tests.Cache;

[Collection(nameof(OneAtATime))]
public class CacheTests
{
    private const string Redis = "oci:Redis/redisCluster:RedisCluster";
    private const string Secret = "ocid1.vaultsecret.oc1.eu-frankfurt-1.some";

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

    // Attached, a user of this name replaces the service's own, which has no password.
    [Fact]
    public async Task With_a_password_every_client_of_the_cache_needs_it()
    {
        Output<CacheSettings>? settings = null;
        var run = await Rendered.FromAsync(some => settings = some.Cache(secret: Secret).Settings);

        var user = run.Only("oci:Redis/ociCacheUser:OciCacheUser");
        Assert.Equal(("default", "ON"), (user.Text("name"), user.Text("status")));
        Assert.Equal("PASSWORD", user.Part("authenticationMode")["authenticationType"]);
        Assert.Equal(
            [Convert.ToHexStringLower(SHA256.HashData("correct-horse-battery-staple"u8))],
            user.Part("authenticationMode").List("hashedPasswords"));
        var attached = run.Only("oci:Redis/redisClusterAttachOciCacheUser:RedisClusterAttachOciCacheUser");
        Assert.Equal("cache-id", attached.Text("redisClusterId"));
        Assert.Equal(["cache-id"], attached.Inputs.List("ociCacheUsers"));
        Assert.Equal(["cache"], await run.Only(Redis).AfterAsync());
        Assert.Null((await OutputUtilities.GetValueAsync(settings!)).Password);
    }

    [Fact]
    public async Task Without_a_password_the_cache_has_the_services_own_user()
    {
        var run = await Rendered.FromAsync(some => some.Cache());

        Assert.DoesNotContain(run.All, static made => made.Type.Contains("CacheUser", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pods_get_the_password_from_a_Secret_and_functions_in_their_configuration()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(
            more: $"{SomeStack.Features}\n  modelserving:cache: {{ passwordSecret: {Secret} }}"));

        var secret = run.Single("kubernetes:core/v1:Secret", ClusterNames.CachePassword);
        Assert.Equal("correct-horse-battery-staple", secret.Inputs.Map("stringData")[ClusterNames.CachePasswordKey]);
        string[] users = ["feature-rebuild", "feature-server", "fraud-v1", "fraud-v2", "router"];
        Assert.Equal(users, run.Pods().Where(HasPassword).Select(static each => each.Owner).Order(StringComparer.Ordinal));
        // Another version restarts those that run. A job reads it when it starts.
        Assert.Equal(
            users.Skip(1),
            run.Pods().Where(static each => each.Pod.Metadata.Annotations.Contains(new(ClusterNames.CachePasswordVersion, "3")))
                .Select(static each => each.Owner).Order(StringComparer.Ordinal));
        Assert.Equal(
            "correct-horse-battery-staple",
            run.OfType("oci:Functions/application:Application").Single().Inputs.Map("config")[CacheSettings.PasswordVariable]);

        static bool HasPassword((string Owner, k8s.Models.V1PodTemplateSpec Pod) each) =>
            each.Pod.Spec.Containers.Single().Env.Any(static one => one.Name == CacheSettings.PasswordVariable
                && one.ValueFrom.SecretKeyRef is { Name: ClusterNames.CachePassword, Key: ClusterNames.CachePasswordKey });
    }

    [Theory]
    [InlineData("")]
    [InlineData("too-short")]
    [InlineData("a password with blanks")]
    public async Task A_password_that_is_easy_to_guess_or_cannot_be_sent_is_refused(string password)
    {
        var code = Environment.ExitCode;
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => SomeStack.RunAsync(
            SomeStack.File(more: $"modelserving:cache: {{ passwordSecret: {Secret} }}"), new SomeCloud { CachePassword = password }));
        Environment.ExitCode = code;
        Assert.Contains("16 to 128 printable ASCII characters", failure.ToString(), StringComparison.Ordinal);
        if (password.Length > 0)
            Assert.DoesNotContain(password, failure.ToString(), StringComparison.Ordinal);
    }
}
