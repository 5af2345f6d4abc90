using ModelServing.Contracts;
using ModelServing.Stacks;
using Pulumi;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>The objects of a model's versions in the cluster, and what a rollout changes about them.</summary>
[Collection(nameof(OneAtATime))]
public sealed class VersionObjectsTests
{
    private const string Deployment = "kubernetes:apps/v1:Deployment";
    private const string Autoscaler = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
    private const string ConfigMap = "kubernetes:core/v1:ConfigMap";
    private const string Service = "kubernetes:core/v1:Service";
    private const string Check = "oci:Functions/invokeFunction:InvokeFunction";
    private const string Budget = "kubernetes:policy/v1:PodDisruptionBudget";

    [Theory]
    [InlineData("0", 0)]
    [InlineData("5", 500)]
    [InlineData("\"12.5\"", 1250)]
    [InlineData("100", 10_000)]
    public async Task A_canary_exists_whatever_its_share(string percent, int weight)
    {
        var run = await SomeStack.OfModelsAsync($"fraud: {{ stable: {{ version: 1 }}, canary: {{ version: 2, percent: {percent} }} }}");

        Assert.Equal([weight, 10_000 - weight], run.Plan().Rollouts[ModelName.Parse("fraud")].Variants.Select(variant => variant.Weight));
        foreach (var type in (string[])[Deployment, Service, Autoscaler, Budget])
            Assert.Contains(run.OfType(type), resource => resource.Name == "fraud-v2");
    }

    [Fact]
    public async Task A_changed_weight_changes_only_the_plan()
    {
        var before = (await SomeStack.OfModelsAsync(SomeStack.Canary)).Texts();
        var after = (await SomeStack.OfModelsAsync(SomeStack.Canary.Replace("percent: 5", "percent: 10", StringComparison.Ordinal)))
            .Texts();

        Assert.Equal([$"{ConfigMap} plan"], SomeStack.Changed(before, after));
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
    }

    [Fact]
    public async Task A_new_canary_adds_four_objects_and_a_check_and_removes_those_of_the_old_one()
    {
        var before = (await SomeStack.OfModelsAsync(SomeStack.Canary)).Texts();
        var after = (await SomeStack.OfModelsAsync(SomeStack.Canary.Replace("version: 2", "version: 3", StringComparison.Ordinal))).Texts();

        Assert.Equal(
            [
                $"{Deployment} fraud-v3", $"{Autoscaler} fraud-v3", $"{Service} fraud-v3", $"{Budget} fraud-v3", $"{Check} checks-fraud-v3",
            ],
            after.Keys.Except(before.Keys).Order());
        Assert.Equal(
            [
                $"{Deployment} fraud-v2", $"{Autoscaler} fraud-v2", $"{Service} fraud-v2", $"{Budget} fraud-v2", $"{Check} checks-fraud-v2",
            ],
            before.Keys.Except(after.Keys).Order());
        Assert.Equal([$"{ConfigMap} plan"], SomeStack.Changed(before, after));
    }

    [Fact]
    public async Task A_promotion_that_keeps_the_former_stable_warm_only_changes_the_plan_and_replica_minima()
    {
        var canary = await SomeStack.OfModelsAsync(SomeStack.Canary);
        var promoted = await SomeStack.OfModelsAsync("fraud: { stable: { version: 2 }, keepWarm: [1] }");

        Assert.Equal(canary.Texts().Keys.Order(), promoted.Texts().Keys.Order());
        Assert.Equal([$"{Autoscaler} fraud-v2", $"{ConfigMap} plan"], SomeStack.Changed(canary.Texts(), promoted.Texts()));
        Assert.Equal(1d, canary.Single(Autoscaler, "fraud-v2").Inputs.Map("spec")["minReplicas"]);
        Assert.Equal(2d, promoted.Single(Autoscaler, "fraud-v2").Inputs.Map("spec")["minReplicas"]);
        var rollout = promoted.Plan().Rollouts[ModelName.Parse("fraud")];
        Assert.Equal(new ModelVersion(2), Assert.Single(rollout.Variants).Version);
        // Routers look up the versions in the plan, and a request may name a version that is kept warm.
        Assert.Equal([new ModelVersion(1)], rollout.KeptWarm);
    }

    [Theory]
    [InlineData(SomeStack.Canary)]
    [InlineData("fraud: { stable: { version: 1 }, canary: { version: 2, percent: 100 } }")]
    [InlineData("fraud: { stable: { version: 1 }, experiment: { name: q4, arms: { treatment: { version: 2, percent: 50 } } } }")]
    [InlineData("fraud: { stable: { version: 1 }, experiment: { name: q4, arms: { left: { version: 2, percent: 50 }, right: { " +
        "version: 3, percent: 50 } } } }")]
    public async Task Stable_keeps_its_replicas_while_a_rollout_is_active(string models)
    {
        var active = await SomeStack.OfModelsAsync(models);
        var alone = await SomeStack.OfModelsAsync("fraud: { stable: { version: 1 } }");

        // The capacity for full traffic exists before a rollout and after a rollback: the bounds do not change, and no pod is removed.
        Assert.Equal("Disabled", ScaleDown(active, "fraud-v1")["selectPolicy"]);
        foreach (var bound in (string[])["minReplicas", "maxReplicas"])
            Assert.Equal(
                alone.Single(Autoscaler, "fraud-v1").Inputs.Map("spec")[bound],
                active.Single(Autoscaler, "fraud-v1").Inputs.Map("spec")[bound]);
        Assert.Equal(1d, active.Single(Autoscaler, "fraud-v2").Inputs.Map("spec")["minReplicas"]);
        Assert.DoesNotContain("selectPolicy", ScaleDown(active, "fraud-v2").Keys);
        Assert.DoesNotContain("selectPolicy", ScaleDown(alone, "fraud-v1").Keys);

        static System.Collections.Immutable.ImmutableDictionary<string, object> ScaleDown(RenderedStack run, string name) =>
            run.Single(Autoscaler, name).Inputs.Map("spec", "behavior", "scaleDown");
    }

    [Fact]
    public async Task Two_models_have_their_own_versions()
    {
        var run = await SomeStack.OfModelsAsync($"{SomeStack.Canary}, churn: {{ stable: {{ version: 7 }}, pods: {{ min: 4, memory: " +
            $"3Gi }} }}");

        Assert.Equal(["churn-v7", "fraud-v1", "fraud-v2", "router"], run.OfType(Deployment).Select(resource => resource.Name).Order());
        Assert.Equal(["churn", "fraud"], run.Plan().Rollouts.Keys.Select(name => name.Text));
        Assert.Equal(4d, run.Single(Autoscaler, "churn-v7").Inputs.Map("spec")["minReplicas"]);
        Assert.Equal(2d, run.Single(Autoscaler, "fraud-v1").Inputs.Map("spec")["minReplicas"]);
    }

    [Fact]
    public async Task The_plan_waits_for_the_versions_that_get_traffic_but_not_for_those_kept_warm()
    {
        var run = await SomeStack.OfModelsAsync("fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, keepWarm: [3] }");

        var before = await run.Single(ConfigMap, "plan").DependenciesAsync();
        Assert.Contains($"{Deployment} fraud-v1", before);
        Assert.Contains($"{Deployment} fraud-v2", before);
        // The autoscaler raises a promoted version's replicas before the plan sends it more traffic.
        Assert.Contains($"{Autoscaler} fraud-v1", before);
        Assert.Contains($"{Autoscaler} fraud-v2", before);
        Assert.DoesNotContain($"{Deployment} fraud-v3", before);
        Assert.Contains($"{ConfigMap} plan", await run.Single(Deployment, "router").DependenciesAsync());
    }

    // Pulumi deletes last, so after it has updated the plan.
    [Fact]
    public async Task A_removed_version_is_deleted_after_the_plan()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());

        foreach (var deployment in run.OfType(Deployment).Where(resource => resource.Name != "router"))
        {
            Assert.NotEqual(true, deployment.Options.RetainOnDelete);
            Assert.NotEqual(true, deployment.Options.Protect);
            Assert.NotEqual(true, ((CustomResourceOptions)deployment.Options).DeleteBeforeReplace);
        }
    }

    [Fact]
    public async Task The_plan_waits_for_the_Services_of_its_versions_and_these_for_pods_that_are_ready()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());

        var before = await run.Single(ConfigMap, "plan").DependenciesAsync();
        foreach (var name in (string[])["fraud-v1", "fraud-v2"])
        {
            Assert.Contains($"{Service} {name}", before);
            Assert.Contains($"{Deployment} {name}", await run.Single(Service, name).DependenciesAsync());
            Assert.Equal("true", run.Single(Service, name).Inputs.Map("metadata", "annotations")["pulumi.com/skipAwait"]);
        }
    }

    // A Deployment is ready when all pods are that it asks for: without a number, it asks for one.
    [Fact]
    public async Task A_version_begins_with_the_least_pods_and_its_autoscaler_decides_from_then_on()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());

        foreach (var (name, least) in ((string, double)[])[("fraud-v1", 2), ("fraud-v2", 1), ("router", 2)])
        {
            var deployment = run.Single(Deployment, name);
            Assert.Equal(least, deployment.Inputs.Map("spec")["replicas"]);
            Assert.Equal(least, run.Single(Autoscaler, name).Inputs.Map("spec")["minReplicas"]);
            Assert.Equal(["spec.replicas"], deployment.Options.IgnoreChanges);
        }
    }
}
