using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Models;
using ModelServing.Settings.Yaml;

namespace ModelServing.Services.Tests.Settings.Models;

/// <summary>The settings of pools, and the documents that they become.</summary>
public class PoolRulesTests
{
    [Theory]
    [InlineData("{}", "pods: { pool: small }", "pods.pool", "there is no pool 'small'; add it: pools: { small: {} }")]
    [InlineData("{ big: {}, tiny: {} }", "pods: { pool: small }", "pods.pool", "there is no pool 'small'; the pools are big, tiny")]
    [InlineData(
        "{ small: {} }",
        "pods: { pool: small, min: 2 }",
        "pods.min",
        "the pods of a pool serve several models; set this at pools.small.min")]
    [InlineData("{ small: {} }", "pods: { pool: small, memory: 1Gi }", "pods.memory", "set this at pools.small.memory")]
    public void A_model_in_a_pool_names_one_that_exists_and_has_no_pods_of_its_own(
        string pools, string settings, string path, string message)
    {
        var fault = Assert.Single(Parse($"modelserving:pools: {pools}", $"a: {{ stable: {{ version: 1 }}, {settings} }}").Check());
        Assert.Equal("modelserving:models.a." + path, fault.Path);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Position);
    }

    [Fact]
    public void A_pool_has_all_versions_of_its_models_with_their_settings()
    {
        var file = Parse(
            "modelserving:pools: { small: {}, empty: {}, other: { memory: 1Gi } }",
            "b: { stable: { version: 3 }, canary: { version: 4, percent: 5 }, keepWarm: [2], batchRows: 1, pods: { pool: small } }, " +
            "a: { stable: { version: 1 }, predictions: { sample: 12.5, drop: [x] }, pods: { pool: small } }, " +
            "c: { stable: { version: 1 } }, " +
            "d: { stable: { version: 1 }, pods: { pool: other } }");
        Assert.Empty(file.Check());
        var pools = PoolMaker.Make(file.Settings.Models);
        Assert.Equal(["other", "small"], pools.Select(static pool => pool.Name.Text));
        Assert.Equal(
            ["a 1 32 1250 x", "b 2 1 10000 ", "b 3 1 10000 ", "b 4 1 10000 "],
            pools[1].Versions.Select(static version =>
                $"{version.Model} {version.Version} {version.BatchRows} {version.Sample} {string.Join(',', version.Drop ?? [])}"));
        Assert.Equal(pools[1].ToUtf8(), PoolDocument.Parse(pools[1].ToUtf8()).ToUtf8());
    }

    [Fact]
    public void A_moved_weight_keeps_the_pool_and_another_version_or_setting_changes_its_digest()
    {
        var before = Digest("canary: { version: 2, percent: 5 }");
        Assert.Equal(before, Digest("canary: { version: 2, percent: 50 }"));
        Assert.Equal(before, Digest("canary: { version: 2, percent: 5 }, deadline: 1s"));
        Assert.NotEqual(before, Digest("canary: { version: 3, percent: 5 }"));
        Assert.NotEqual(before, Digest("canary: { version: 2, percent: 5 }, batchRows: 2"));

        static string Digest(string settings)
        {
            var file = Parse(
                "modelserving:pools: { small: {} }", $"a: {{ stable: {{ version: 1 }}, {settings}, pods: {{ pool: small }} }}");
            return Assert.Single(PoolMaker.Make(file.Settings.Models)).Digest;
        }
    }

    [Fact]
    public void A_promotion_keeps_a_model_in_its_pool()
    {
        var file = """
            config:
              modelserving:pools:
                small: { min: 2 }
              modelserving:models:
                a:
                  stable: { version: 1 }
                  canary: { version: 2, percent: 5 }
                  pods: { pool: small }
            """;
        var (changed, _) = StackFile.Change(
            file, [new StackEdit.Set("models.a.stable.version", "2"), new StackEdit.Remove("models.a.canary")]);
        var settings = StackFile.Parse(changed!).File!.Settings;
        Assert.Equal("small", settings.Models[ModelName.Parse("a")].Pods.Pool);
        Assert.Equal(2, Assert.Single(settings.Pools).Value.Min);
    }

    private static StackFile Parse(string pools, string models) =>
        StackFile.Parse($"config: {{ {pools}, modelserving:models: {{ {models} }} }}").File!;
}
