using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Infra.Tests.Hosts;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>What the jobs of the feature store share. RestrictedPodsTests covers what all pods share.</summary>
[Collection(nameof(OneAtATime))]
public class FeatureJobTests
{
    public static TheoryData<string> Jobs => [ClusterNames.FeatureRebuild, ClusterNames.FeatureExport, ClusterNames.FeatureCompact];

    [Theory]
    [MemberData(nameof(Jobs))]
    public async Task It_runs_only_when_a_person_starts_it_and_never_twice_at_a_time(string name)
    {
        var cron = FindIn(await RunAsync(), name)!.Spec;

        Assert.True(cron.Suspend);
        Assert.Equal("Forbid", cron.ConcurrencyPolicy);
        var pod = cron.JobTemplate.Spec.Template.Spec;
        Assert.Equal(("Never", name), (pod.RestartPolicy, pod.ServiceAccountName));
        Assert.EndsWith("/jobs@" + SomeStack.Digest('d'), Assert.Single(pod.Containers).Image, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Jobs))]
    public async Task It_uses_the_event_log_and_the_views_of_the_feature_server(string name)
    {
        var run = await RunAsync();
        var variables = RenderedPod.OfCronJob(run, name).Environment;
        var server = ServerIn(run);
        Assert.Equal(server.Registry, variables[HostEnvironment.NameOf(nameof(server.Registry))]);
        Assert.Equal(server.Oci, OciSettings.Read(new HostEnvironment(variables.GetValueOrDefault)));
    }

    [Theory]
    [MemberData(nameof(Jobs))]
    public async Task Without_views_there_is_no_job_and_no_account(string name)
    {
        var run = await SomeStack.RunAsync(SomeStack.File());
        Assert.Null(FindIn(run, name));
        Assert.DoesNotContain(run.Objects<V1ServiceAccount>(), account => account.Metadata.Name == name);
    }

    /// <summary>Renders a stack with views.</summary>
    /// <param name="server">The settings of the feature server, as in <c>{ rebuild: { shards: 6 } }</c>; null for the defaults.</param>
    internal static Task<RenderedStack> RunAsync(string? server = null) => SomeStack.RunAsync(SomeStack.File(
        more: server is null ? SomeStack.Features : $"{SomeStack.Features}\n  modelserving:featureServer: {server}"));

    internal static V1CronJob? FindIn(RenderedStack run, string name) =>
        run.Objects<V1CronJob>().SingleOrDefault(job => job.Metadata.Name == name);

    internal static FeatureServerSettings ServerIn(RenderedStack run) => new(new HostEnvironment(
        RenderedHost.From(run).Single(static pod => pod.Host == ClusterNames.FeatureServer).Environment.GetValueOrDefault));
}
