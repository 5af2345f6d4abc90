using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;
using Pulumi;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The rebuild of feature views. RestrictedPodsTests covers what all pods share, and RenderedHostTests runs the
/// container.</summary>
[Collection(nameof(OneAtATime))]
public class RebuildJobTests
{
    [Fact]
    public async Task It_runs_only_when_a_person_starts_it_and_each_pod_fills_a_part_of_the_entities()
    {
        var run = await RunAsync("modelserving:featureServer: { rebuild: { shards: 6, memoryInMbs: 300, storageInGbs: 2 } }");
        var cron = JobOf(run)!.Spec;

        Assert.True(cron.Suspend);
        var job = cron.JobTemplate.Spec;
        Assert.Equal(("Indexed", 6, 6), (job.CompletionMode, job.Completions, job.Parallelism));
        Assert.Equal("Never", job.Template.Spec.RestartPolicy);
        Assert.InRange(job.BackoffLimitPerIndex!.Value, 1, 6);
        Assert.Equal(
            [ExportJobSettings.WrongInput],
            job.PodFailurePolicy.Rules.Single(static rule => rule.OnExitCodes is not null).OnExitCodes.Values);
        var container = Assert.Single(job.Template.Spec.Containers);
        Assert.Equal(
            ["features", "rebuild", "--shards", "6", "--memory-mb", "300", "--view", "card-activity:1", "--view", "card-activity:2"],
            container.Args);
        Assert.EndsWith("/jobs@" + SomeStack.Digest('d'), container.Image, StringComparison.Ordinal);
        Assert.Equal(ClusterNames.FeatureRebuild, job.Template.Spec.ServiceAccountName);
        Assert.Equal("2Gi", Assert.Single(job.Template.Spec.Volumes).EmptyDir.SizeLimit.ToString());
    }

    [Fact]
    public async Task It_reads_and_fills_what_the_feature_server_does()
    {
        var run = await RunAsync("");
        var variables = Assert.Single(JobOf(run)!.Spec.JobTemplate.Spec.Template.Spec.Containers).Env
            .ToDictionary(static variable => variable.Name, static variable => variable.Value);
        var environment = new HostEnvironment(variables.GetValueOrDefault);
        var server = new FeatureServerSettings(new HostEnvironment(Hosts.RenderedHost.From(run)
            .Single(static pod => pod.Host == ClusterNames.FeatureServer).Environment.GetValueOrDefault));
        Assert.Equal(server.Registry, variables[HostEnvironment.NameOf(nameof(server.Registry))]);
        Assert.Equal(server.Environment, variables[HostEnvironment.NameOf(nameof(server.Environment))]);
        Assert.Equal(server.Cache!.ToString(), CacheSettings.Read(environment)!.ToString());
        Assert.Equal(server.Oci, OciSettings.Read(environment));
    }

    [Fact]
    public async Task Without_views_there_is_no_job_and_no_account()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());
        Assert.Null(JobOf(run));
        Assert.DoesNotContain(run.Objects<V1ServiceAccount>(), static account => account.Metadata.Name == ClusterNames.FeatureRebuild);
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

    private static Task<RenderedStack> RunAsync(string more) =>
        SomeStack.RunAsync(SomeStack.File(more: more.Length > 0 ? $"{SomeStack.Features}\n  {more}" : SomeStack.Features));

    private static V1CronJob? JobOf(RenderedStack run) =>
        run.Objects<V1CronJob>().SingleOrDefault(static job => job.Metadata.Name == ClusterNames.FeatureRebuild);
}
