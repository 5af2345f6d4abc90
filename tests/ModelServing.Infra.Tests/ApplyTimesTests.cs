using System.Globalization;
using System.Text.RegularExpressions;
using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Infra.Tests.Workloads;
using ModelServing.Stacks;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests;

/// <summary>The engine waits for a resource as long as it takes at worst, and the deploy workflow's job for all of them.</summary>
[Collection(nameof(OneAtATime))]
public class ApplyTimesTests
{
    private const string Cluster = "oci:ContainerEngine/cluster:Cluster";
    private const string NodePool = "oci:ContainerEngine/nodePool:NodePool";
    private const string Addon = "oci:ContainerEngine/addon:Addon";
    private const string Deployment = "kubernetes:apps/v1:Deployment";
    private const string StatefulSet = "kubernetes:apps/v1:StatefulSet";
    private const string Service = "kubernetes:core/v1:Service";

    private static readonly string[] Slow = [Cluster, NodePool, Addon, Deployment, StatefulSet, Service];

    // Functions, alarms, gateway and all that is quick, and the workflow's other steps.
    private static readonly TimeSpan Rest = TimeSpan.FromHours(1);

    [Theory]
    [InlineData("dev")]
    [InlineData("staging")]
    [InlineData("prod")]
    [InlineData("features")]
    [InlineData("pools")]
    public async Task Everything_slow_has_timeouts_above_the_providers_own(string stack)
    {
        var run = await SomeStack.NamedAsync(stack);
        var slow = run.Resources.Where(static made => Slow.Contains(made.Type)).ToList();
        Assert.Superset(
            new HashSet<string> { Cluster, NodePool, Addon, Deployment, Service },
            slow.Select(static made => made.Type).ToHashSet());
        Assert.All(slow, static made =>
        {
            var least = made.Type switch
            {
                Cluster => TimeSpan.FromHours(1),
                NodePool => TimeSpan.FromMinutes(50),
                Addon => TimeSpan.FromMinutes(20),
                _ => TimeSpan.FromMinutes(10),
            };
            var timeouts = made.Options.CustomTimeouts;
            Assert.NotNull(timeouts);
            Assert.All((TimeSpan?[])[timeouts.Create, timeouts.Update, timeouts.Delete], each => Assert.True(each >= least, made.Name));
        });
    }

    [Fact]
    public async Task A_rollout_has_time_for_all_its_pods_each_on_a_new_node()
    {
        var run = await SomeStack.OfRepositoryAsync("prod");
        foreach (var deployment in run.Objects<V1Deployment>())
        {
            var name = deployment.Metadata.Name;
            var pod = deployment.Spec.Template.Spec;
            var probe = Assert.Single(pod.Containers).StartupProbe;
            var startUp = TimeSpan.FromSeconds(probe.PeriodSeconds!.Value * probe.FailureThreshold!.Value);
            Assert.True(startUp >= TimeSpan.FromMinutes(10), "a version may load for ten minutes");
            Assert.True(TimeSpan.FromSeconds(deployment.Spec.ProgressDeadlineSeconds!.Value) > startUp + ApplyTimes.NodeProvision);
            var most = run.Objects<V2HorizontalPodAutoscaler>().Single(each => each.Metadata.Name == name).Spec.MaxReplicas;
            var surge = Math.Ceiling(most * int.Parse(
                ((string)deployment.Spec.Strategy.RollingUpdate.MaxSurge).TrimEnd('%'), CultureInfo.InvariantCulture) / 100.0);
            var rounds = Math.Ceiling(most / surge);
            var timeouts = run.Single(Deployment, name).Options.CustomTimeouts!;
            var grace = TimeSpan.FromSeconds(pod.TerminationGracePeriodSeconds!.Value);
            Assert.True(timeouts.Update >= rounds * (startUp + ApplyTimes.NodeProvision + grace), $"{name}: {timeouts.Update}");
            Assert.True(timeouts.Create >= startUp + ApplyTimes.NodeProvision);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(1000)]
    public void A_surge_never_takes_more_rounds_than_it_says(int most)
    {
        foreach (var number in Enumerable.Range(1, most))
            Assert.InRange((int)Math.Ceiling(number / Math.Ceiling(number / 4.0)), 1, Surge.Rounds(most));
        Assert.Equal((int)Math.Ceiling(most / 4.0), Surge.Extra(most));
    }

    [Fact]
    public void Cycling_has_time_to_drain_and_to_create_each_quarter_of_the_nodes()
    {
        Assert.True(ApplyTimes.NodePool(12, isCycling: true).Update >= 4 * (ApplyTimes.NodeEviction + ApplyTimes.NodeProvision));
        Assert.True(ApplyTimes.NodePool(12, isCycling: false).Update >= ApplyTimes.NodeEviction + ApplyTimes.NodeProvision);
        Assert.Equal(TimeSpan.FromMinutes(60), ApplyTimes.NodeEviction);
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("staging")]
    [InlineData("prod")]
    [InlineData("largest")]
    public async Task The_deploy_job_outlasts_an_apply_that_changes_everything_and_replaces_the_nodes(string stack)
    {
        var file = stack == "largest"
            ? SomeStack.File(
                "fraud: { stable: { version: 1 }, deadline: 295s, pods: { max: 1000 } }",
                more: SomeStack.Features + "\n  modelserving:router: { max: 1000 }")
                .Replace("eu-frankfurt-1.some }", "eu-frankfurt-1.some, nodes: { max: 1000, cycling: true } }", StringComparison.Ordinal)
            : (await File.ReadAllTextAsync(Repository.Combine($"Pulumi.{stack}.yaml"), TestContext.Current.CancellationToken))
                .Replace("    nodes:\n", "    nodes:\n      cycling: true\n", StringComparison.Ordinal);
        Assert.Contains("cycling: true", file, StringComparison.Ordinal);
        var run = await StackRendering.RunAsync(new SomeCloud(), StackConfiguration.FromFile(file), "some", isPreview: false);

        // One after the other: the cluster, its pools, the add-ons (two of them), the versions, the routers, the feature server, services.
        var sum = Longest(run, Cluster) + Longest(run, NodePool) + 2 * Longest(run, Addon)
            + Longest(run, Deployment, static made => made.Name != ClusterNames.Router)
            + Longest(run, Deployment, static made => made.Name == ClusterNames.Router)
            + Longest(run, StatefulSet) + Longest(run, Service) + Rest;

        var workflow = await File.ReadAllTextAsync(
            Repository.Combine(".github", "workflows", "deploy.yml"), TestContext.Current.CancellationToken);
        var limit = int.Parse(Regex.Match(workflow, "timeout-minutes: ([0-9]+)").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(limit >= sum.TotalMinutes, $"the apply may take {sum.TotalMinutes:0} minutes, and the job has {limit}");
    }

    private static TimeSpan Longest(RenderedStack run, string type, Func<RenderedResource, bool>? where = null) => run.OfType(type)
        .Where(where ?? (static _ => true))
        .Select(static made => made.Options.CustomTimeouts!)
        .Select(static timeouts => timeouts.Create > timeouts.Update ? timeouts.Create!.Value : timeouts.Update!.Value)
        .DefaultIfEmpty(TimeSpan.Zero)
        .Max();
}
