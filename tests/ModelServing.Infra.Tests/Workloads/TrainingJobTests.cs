using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Tests.Hosts;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The export of training tables. RestrictedPodsTests covers what all pods share.</summary>
[Collection(nameof(OneAtATime))]
public class TrainingJobTests
{
    [Fact]
    public async Task It_runs_only_when_a_person_starts_it_and_each_pod_exports_a_part_of_the_entities()
    {
        var run = await RunAsync(
            SomeStack.Features + "\n  modelserving:featureServer: { export: { shards: 6, memoryInMbs: 300, storageInGbs: 2 } }");
        var cron = JobOf(run)!.Spec;

        Assert.True(cron.Suspend);
        var job = cron.JobTemplate.Spec;
        Assert.Equal(("Indexed", 6, 6), (job.CompletionMode, job.Completions, job.Parallelism));
        Assert.InRange(job.BackoffLimitPerIndex!.Value, 1, 6);
        Assert.Equal(
            [ExportJobSettings.WrongInput],
            job.PodFailurePolicy.Rules.Single(static rule => rule.OnExitCodes is not null).OnExitCodes.Values);
        var pod = job.Template.Spec;
        Assert.Equal(("Never", ClusterNames.FeatureExport), (pod.RestartPolicy, pod.ServiceAccountName));
        var container = Assert.Single(pod.Containers);
        // Of two versions that are served, the newer one.
        Assert.Equal(["features", "export", "--shards", "6", "--memory-mb", "300", "--view", "card-activity:2"], container.Args);
        Assert.EndsWith("/jobs@" + SomeStack.Digest('d'), container.Image, StringComparison.Ordinal);
        Assert.Equal("2Gi", Assert.Single(pod.Volumes).EmptyDir.SizeLimit.ToString());
    }

    [Fact]
    public async Task The_name_of_the_Job_is_the_name_of_the_table()
    {
        var run = await RunAsync(SomeStack.Features);
        var variable = Assert.Single(
            Assert.Single(JobOf(run)!.Spec.JobTemplate.Spec.Template.Spec.Containers).Env,
            static variable => variable.Name == TrainingJobSettings.TableVariable);
        Assert.Null(variable.Value);
        Assert.Equal("metadata.labels['batch.kubernetes.io/job-name']", variable.ValueFrom.FieldRef.FieldPath);
    }

    [Fact]
    public async Task It_reads_the_log_and_the_views_of_the_feature_server()
    {
        var run = await RunAsync(SomeStack.Features);
        var variables = RenderedPod.OfCronJob(run, ClusterNames.FeatureExport).Environment;
        var server = new FeatureServerSettings(new HostEnvironment(RenderedHost.From(run)
            .Single(static pod => pod.Host == ClusterNames.FeatureServer).Environment.GetValueOrDefault));
        Assert.Equal(server.Registry, variables[HostEnvironment.NameOf(nameof(server.Registry))]);
        Assert.Equal(server.Oci, OciSettings.Read(new HostEnvironment(variables.GetValueOrDefault)));
    }

    [Fact]
    public async Task Without_views_there_is_no_job_and_no_account()
    {
        var run = await RunAsync("");
        Assert.Null(JobOf(run));
        Assert.DoesNotContain(run.Objects<V1ServiceAccount>(), static account => account.Metadata.Name == ClusterNames.FeatureExport);
    }

    private static Task<RenderedStack> RunAsync(string more) =>
        SomeStack.RunAsync(more.Length > 0 ? SomeStack.File(more: more) : SomeStack.File());

    private static V1CronJob? JobOf(RenderedStack run) =>
        run.Objects<V1CronJob>().SingleOrDefault(static job => job.Metadata.Name == ClusterNames.FeatureExport);
}
