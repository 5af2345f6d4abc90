using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Tests.Hosts;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;
using Pulumi;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The rebuild of feature views. FeatureJobTests covers what it shares with other jobs, and RenderedHostTests runs the
/// container.</summary>
[Collection(nameof(OneAtATime))]
public class RebuildJobTests
{
    [Fact]
    public async Task Each_pod_fills_a_part_of_the_entities()
    {
        var run = await FeatureJobTests.RunAsync("{ rebuild: { shards: 6, memoryInMbs: 300, storageInGbs: 2 } }");
        var job = FeatureJobTests.FindIn(run, ClusterNames.FeatureRebuild)!.Spec.JobTemplate.Spec;

        Assert.Equal(("Indexed", 6, 6), (job.CompletionMode, job.Completions, job.Parallelism));
        Assert.InRange(job.BackoffLimitPerIndex!.Value, 1, 6);
        Assert.Equal(
            [ExportJobSettings.WrongInput],
            job.PodFailurePolicy.Rules.Single(static rule => rule.OnExitCodes is not null).OnExitCodes.Values);
        Assert.Equal(
            ["features", "rebuild", "--shards", "6", "--memory-mb", "300", "--view", "card-activity:1", "--view", "card-activity:2"],
            Assert.Single(job.Template.Spec.Containers).Args);
        Assert.Equal("2Gi", Assert.Single(job.Template.Spec.Volumes).EmptyDir.SizeLimit.ToString());
    }

    [Fact]
    public async Task It_fills_the_cache_of_the_feature_server()
    {
        var run = await FeatureJobTests.RunAsync();
        var variables = RenderedPod.OfCronJob(run, ClusterNames.FeatureRebuild).Environment;
        var server = FeatureJobTests.ServerIn(run);
        Assert.Equal(server.Environment, variables[HostEnvironment.NameOf(nameof(server.Environment))]);
        Assert.Equal(
            server.Cache!.ToString(), CacheSettings.Read(new HostEnvironment(variables.GetValueOrDefault))!.ToString());
    }

    [Fact]
    public void Views_need_its_image()
    {
        var file = SomeStack.File(
            images: "images: { router: {0}, inference: {1}, functions: {2}, featureServer: {4} }",
            more: SomeStack.Features + "\n  modelserving:predictionStore: { export: { enabled: false } }");
        var fault = Assert.Throws<RunException>(() => StackConfiguration.FromFile(file));
        Assert.Contains("modelserving:images.jobs: missing: set it, or remove features.views", fault.Message, StringComparison.Ordinal);
    }
}
