using k8s.Models;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>What all rendered pods, whether they serve or run a job, say about the nodes that they run on.</summary>
[Collection(nameof(OneAtATime))]
public class PodPlacementTests
{
    private const string SafeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";

    [Theory]
    [InlineData("dev")]
    [InlineData("staging")]
    [InlineData("prod")]
    [InlineData("features")]
    [InlineData("pools")]
    public async Task No_pod_keeps_its_node_alive_by_a_volume_on_its_disk(string stack)
    {
        var pods = (await SomeStack.NamedAsync(stack)).Pods();
        Assert.Contains(pods, static each => each.Pod.Spec.Volumes.Any(static volume => volume.Name == "spool"));
        Assert.Contains(pods, static each => each.Pod.Spec.RestartPolicy == "Never");
        Assert.All(pods, static each =>
        {
            // A volume in memory, or a folder of the node, would need a rule of its own.
            Assert.DoesNotContain(each.Pod.Spec.Volumes, static volume => volume.HostPath is not null);
            var local = each.Pod.Spec.Volumes.Where(static volume => volume.EmptyDir is not null).Select(static volume => volume.Name);
            Assert.Equal(string.Join(',', local), each.Pod.Metadata.Annotations[SafeToEvict]);
            Assert.NotEmpty(local);
        });
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    [InlineData("features")]
    [InlineData("pools")]
    public async Task No_pod_runs_on_the_nodes_of_the_add_ons(string stack) =>
        Assert.All((await SomeStack.NamedAsync(stack)).Pods(), static each =>
        {
            var term = Assert.Single(
                each.Pod.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms);
            var rule = Assert.Single(term.MatchExpressions);
            Assert.Equal("modelserving/pool", rule.Key);
            Assert.Equal(rule.OperatorProperty == "NotIn", rule.Values.Contains("system"));
        });

    [Fact]
    public async Task A_feature_servers_pod_is_among_them() => Assert.Contains(
        (await SomeStack.NamedAsync("features")).Objects<V1StatefulSet>(),
        static set => set.Spec.Template.Metadata.Annotations.ContainsKey(SafeToEvict));
}
