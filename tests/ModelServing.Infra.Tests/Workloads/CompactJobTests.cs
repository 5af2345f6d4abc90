using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The compaction of the event log. RestrictedPodsTests covers what all pods share, and PolicyTests what it may delete.</summary>
[Collection(nameof(OneAtATime))]
public class CompactJobTests
{
    [Fact]
    public async Task It_runs_only_when_a_person_starts_it_and_never_twice_at_a_time()
    {
        var run = await RunAsync(
            SomeStack.Features + "\n  modelserving:featureServer: { compaction: { keepDays: 90, memoryInMbs: 300, storageInGbs: 4 } }");
        var cron = JobOf(run)!.Spec;

        Assert.True(cron.Suspend);
        Assert.Equal("Forbid", cron.ConcurrencyPolicy);
        Assert.Equal((1, 1), (cron.JobTemplate.Spec.Completions, cron.JobTemplate.Spec.Parallelism));
        var pod = cron.JobTemplate.Spec.Template.Spec;
        Assert.Equal(("Never", ClusterNames.FeatureCompact), (pod.RestartPolicy, pod.ServiceAccountName));
        var container = Assert.Single(pod.Containers);
        Assert.Equal(["features", "compact", "--keep-days", "90", "--memory-mb", "300"], container.Args);
        Assert.EndsWith("/jobs@" + SomeStack.Digest('d'), container.Image, StringComparison.Ordinal);
        Assert.Equal("4Gi", Assert.Single(pod.Volumes).EmptyDir.SizeLimit.ToString());
    }

    [Fact]
    public async Task It_compacts_the_log_of_the_feature_server()
    {
        var run = await RunAsync(SomeStack.Features);
        var variables = Assert.Single(JobOf(run)!.Spec.JobTemplate.Spec.Template.Spec.Containers).Env
            .ToDictionary(static variable => variable.Name, static variable => variable.Value);
        var server = new FeatureServerSettings(new HostEnvironment(Hosts.RenderedHost.From(run)
            .Single(static pod => pod.Host == ClusterNames.FeatureServer).Environment.GetValueOrDefault));
        Assert.Equal(server.Registry, variables[HostEnvironment.NameOf(nameof(server.Registry))]);
        Assert.Equal(server.Oci, OciSettings.Read(new HostEnvironment(variables.GetValueOrDefault)));
    }

    [Fact]
    public async Task Without_views_there_is_no_job_and_no_account()
    {
        var run = await RunAsync("");
        Assert.Null(JobOf(run));
        Assert.DoesNotContain(run.Objects<V1ServiceAccount>(), static account => account.Metadata.Name == ClusterNames.FeatureCompact);
    }

    private static Task<RenderedStack> RunAsync(string more) =>
        SomeStack.RunAsync(more.Length > 0 ? SomeStack.File(more: more) : SomeStack.File());

    private static V1CronJob? JobOf(RenderedStack run) =>
        run.Objects<V1CronJob>().SingleOrDefault(static job => job.Metadata.Name == ClusterNames.FeatureCompact);
}
