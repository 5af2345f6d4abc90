using ModelServing.Stacks.Preview;

namespace ModelServing.Infra.Tests.Stacks.Preview;

/// <summary>What a preview says about the nodes of the cluster.</summary>
[Collection(nameof(OneAtATime))]
public sealed class NodeSummaryTests
{
    [Fact]
    public async Task A_smaller_minimum_is_a_warning()
    {
        var summary = (await ChangedAsync("min: 1")).Summary();
        Assert.Contains("the autoscaler may remove nodes: at least 1 stay, not 2", summary.Lines);
        Assert.DoesNotContain(
            (await ChangedAsync("min: 3")).Summary().Lines,
            static line => line.StartsWith("the autoscaler", StringComparison.Ordinal));
    }

    [Fact]
    public async Task More_domains_add_pools_and_move_only_the_nodes_of_the_add_ons()
    {
        var summary = (await ChangedAsync("min: 3, availabilityDomains: 3")).Summary();
        Assert.Contains("NodePool cluster-nodes-2 comes", summary.Lines);
        Assert.Contains("NodePool cluster-nodes-3 comes", summary.Lines);
        Assert.Equal(
            ["NodePool cluster-system: the nodes end, and others come in other availability domains: their pods stop at once"],
            summary.Lines.Where(static line => line.Contains("the nodes end", StringComparison.Ordinal)));
        Assert.Contains(summary.Risks, static risk => risk.StartsWith("risk: outage: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fewer_domains_end_the_nodes_of_their_pools()
    {
        var three = SomePreview.File.Replace(
            SomePreview.Access, With("min: 3, availabilityDomains: 3"), StringComparison.Ordinal);
        var summary = StackComparison.Between(await SomePreview.RenderAsync(three), await SomePreview.BaseAsync()).Summary();
        Assert.Contains("NodePool cluster-nodes-3: the nodes end: their pods move", summary.Lines);
        Assert.Contains("the autoscaler may remove nodes: at least 2 stay, not 3", summary.Lines);
        Assert.Contains(summary.Risks, static risk => risk.StartsWith("risk: outage: ", StringComparison.Ordinal)
            && risk.Contains("NodePool cluster-nodes-3 is deleted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_to_cycle_replaces_the_nodes_of_every_pool_and_a_withdrawn_one_none()
    {
        var asked = (await ChangedAsync("cycling: true")).Summary();
        Assert.Equal(
            [
                "NodePool cluster-system: all nodes are replaced, a quarter at a time: all their pods move",
                "NodePool cluster-nodes-1: all nodes are replaced, a quarter at a time: all their pods move",
            ],
            asked.Lines.Where(static line => line.Contains("replaced, ", StringComparison.Ordinal)));

        var cycling = SomePreview.File.Replace(SomePreview.Access, With("cycling: true"), StringComparison.Ordinal);
        var withdrawn = StackComparison.Between(await SomePreview.RenderAsync(cycling), await SomePreview.BaseAsync()).Summary();
        Assert.Contains("no pods restart", withdrawn.Lines);
        Assert.Empty(withdrawn.Risks);
    }

    private static Task<StackComparison> ChangedAsync(string nodes) =>
        SomePreview.ChangedAsync(SomePreview.Access, With(nodes));

    private static string With(string nodes) => $"nodes: {{ {nodes} }}, {SomePreview.Access}";
}
