using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Settings.Models;

public class VersionsTests
{
    [Fact]
    public void The_versions_that_a_rollout_or_keepWarm_names_are_ordered_by_model_and_version() => Assert.Equal(
        ["a 9 Stable", "b 1 Warm keeps", "b 2 Stable keeps", "b 3 Canary", "b 4 Warm keeps"],
        Existing("b: { stable: { version: 2 }, canary: { version: 3, percent: 0 }, keepWarm: [4, 1] }, a: { stable: { version: 9 } }"));

    [Fact]
    public void Weights_do_not_matter() => Assert.Equal(
        Existing("a: { stable: { version: 1 }, canary: { version: 2, percent: 0 } }"),
        Existing("a: { stable: { version: 1 }, canary: { version: 2, percent: 100 } }"));

    [Fact]
    public void Stable_keeps_its_replicas_only_while_a_rollout_is_active() =>
        Assert.Equal(["a 1 Warm keeps", "a 2 Stable"], Existing("a: { stable: { version: 2 }, keepWarm: [1] }"));

    [Fact]
    public void Arms_exist_and_stable_keeps_its_replicas_beside_them() => Assert.Equal(
        ["a 1 Stable keeps", "a 7 Arm", "a 8 Arm"],
        Existing(
            "a: { stable: { version: 1 }, "
            + "experiment: { name: q4, arms: { y: { version: 7, percent: 10 }, x: { version: 8, percent: 0 } } } }"));

    [Fact]
    public void A_version_that_is_kept_warm_is_in_the_plan_without_a_share()
    {
        var kept = PlanMaker.Make(Models("a: { stable: { version: 2 }, keepWarm: [1] }")).Rollouts.Single().Value;
        var without = PlanMaker.Make(Models("a: { stable: { version: 2 } }")).Rollouts.Single().Value;
        Assert.Equal(without.Variants, kept.Variants);
        Assert.Equal([new ModelVersion(2), new ModelVersion(1)], kept.Versions);
    }

    [Theory]
    [InlineData("keepWarm: [1]", "keepWarm[0]", "the stable version")]
    [InlineData("keepWarm: [2]", "keepWarm[0]", "the canary")]
    [InlineData("keepWarm: [3, 3]", "keepWarm[1]", "listed twice")]
    [InlineData("keepWarm: [3, 7]", "keepWarm[1]", "version 7 of a is not published")]
    public void KeepWarm_names_published_versions_once_and_no_version_that_serves(string keepWarm, string path, string message)
    {
        var model = $"stable: {{ version: 1 }}, canary: {{ version: 2, percent: 5 }}, {keepWarm}";
        var file = StackFile.Parse($"config: {{ modelserving:models: {{ a: {{ {model} }} }} }}").File!;
        var fault = Assert.Single(file.Check(_ => [new ModelVersion(1), new ModelVersion(2), new ModelVersion(3)]));
        Assert.Equal("modelserving:models.a." + path, fault.Path);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Position);
    }

    private static IReadOnlyDictionary<ModelName, ModelSettings> Models(string models) =>
        StackFile.Parse($"config: {{ modelserving:models: {{ {models} }} }}").File!.Settings.Models;

    private static IEnumerable<string> Existing(string models) =>
        from version in Versions.Existing(Models(models))
        select $"{version.Model} {version.Version} {version.Role}{(version.KeepsReplicas ? " keeps" : "")}";
}
