using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Cli.Up;

public class ServableModelsTests
{
    private static readonly PlanDocument Nothing = new() { Schema = PlanDocument.CurrentSchema, Rollouts = [] };

    private readonly ServableModels servable = new();

    [Fact]
    public void With_all_versions_ready_the_plan_is_the_stack_files()
    {
        var models = Models("stable: { version: 1 }, canary: { version: 2, percent: 5 }");
        var (plan, lines) = servable.MakePlan(models, [], Nothing);
        Assert.Equal(PlanMaker.Make(models).ToUtf8(), plan.ToUtf8());
        Assert.Empty(lines);
    }

    [Theory]
    [InlineData(
        "stable: { version: 1 }, canary: { version: 2, percent: 5 }", "stable: { version: 1 }")]
    [InlineData(
        "stable: { version: 1 }, keepWarm: [2, 3]", "stable: { version: 1 }, keepWarm: [3]")]
    [InlineData(
        "stable: { version: 1 }, experiment: { name: q4, arms: { a: { version: 2, percent: 10 }, b: { version: 3, percent: 20 } } }",
        "stable: { version: 1 }, experiment: { name: q4, arms: { b: { version: 3, percent: 20 } } }")]
    [InlineData(
        "stable: { version: 1 }, experiment: { name: q4, arms: { a: { version: 2, percent: 10 } } }", "stable: { version: 1 }")]
    public void At_the_start_a_version_that_is_not_ready_is_left_out_and_stable_gets_its_share(string models, string expected)
    {
        var (plan, lines) = servable.MakePlan(Models(models), [Lin(2)], Nothing);
        Assert.Equal(PlanMaker.Make(Models(expected)).ToUtf8(), plan.ToUtf8());
        Assert.Equal(plan.ToUtf8(), PlanDocument.Parse(plan.ToUtf8()).ToUtf8());
        Assert.StartsWith("lin is served without what is not ready: ", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Empty(servable.Unserved);
    }

    [Fact]
    public void A_later_change_with_a_version_that_is_not_ready_keeps_the_models_present_rollout()
    {
        var (before, _) = servable.MakePlan(Models("stable: { version: 1 }, canary: { version: 2, percent: 5 }"), [], Nothing);
        foreach (var change in (string[])[
            "stable: { version: 3 }, canary: { version: 2, percent: 5 }", "stable: { version: 1 }, canary: { version: 3, percent: 5 }"])
        {
            var (plan, lines) = servable.MakePlan(Models(change), [Lin(3)], before);
            Assert.Equal(before.ToUtf8(), plan.ToUtf8());
            Assert.Equal("lin keeps its present rollout: stable v1 95%, canary v2 5%", Assert.Single(lines));
        }
    }

    [Fact]
    public void A_rollout_without_some_versions_follows_the_stack_file_until_they_are_ready()
    {
        var (first, _) = servable.MakePlan(Models("stable: { version: 1 }, canary: { version: 2, percent: 5 }"), [Lin(2)], Nothing);
        var later = Models("stable: { version: 1 }, canary: { version: 2, percent: 5 }, deadline: 7s");
        var (second, _) = servable.MakePlan(later, [Lin(2)], first);
        Assert.Equal(PlanMaker.Make(Models("stable: { version: 1 }, deadline: 7s")).ToUtf8(), second.ToUtf8());
        var (third, lines) = servable.MakePlan(later, [], second);
        Assert.Equal(PlanMaker.Make(later).ToUtf8(), third.ToUtf8());
        Assert.Empty(lines);
    }

    [Fact]
    public void A_model_whose_stable_version_is_not_ready_stays_in_the_plan_and_is_served_once_it_is()
    {
        var models = Models("stable: { version: 1 }");
        var (first, lines) = servable.MakePlan(models, [Lin(1)], Nothing);
        Assert.Equal(PlanMaker.Make(models).ToUtf8(), first.ToUtf8());
        Assert.Equal("lin can't be served, because its stable version 1 is not ready", Assert.Single(lines));
        Assert.Equal("lin", Assert.Single(servable.Unserved).Text);

        // Another file may name another version that is not ready either.
        var other = Models("stable: { version: 2 }");
        Assert.Equal(PlanMaker.Make(other).ToUtf8(), servable.MakePlan(other, [Lin(2)], first).Plan.ToUtf8());
        _ = servable.MakePlan(other, [], first);
        Assert.Empty(servable.Unserved);
    }

    private static PublishedVersion Lin(int version) => new(ModelName.Parse("lin"), new ModelVersion(version));

    private static IReadOnlyDictionary<ModelName, ModelSettings> Models(string lin) =>
        SomeStack.File($"config: {{ modelserving:models: {{ lin: {{ {lin} }} }} }}").Settings.Models;
}
