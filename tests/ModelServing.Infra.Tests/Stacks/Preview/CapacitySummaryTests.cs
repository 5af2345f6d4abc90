using System.Globalization;
using System.Text;
using ModelServing.Stacks.Preview;
using ModelServing.Stacks.Preview.Capacity;

namespace ModelServing.Infra.Tests.Stacks.Preview;

/// <summary>What a preview says about the pods that a stack asks for, and those that fit.</summary>
[Collection(nameof(OneAtATime))]
public sealed class CapacitySummaryTests
{
    [Fact]
    public async Task The_shipped_prod_stack_holds_sixty_models_with_a_canary_each()
    {
        var lines = await LinesAsync(await ProdAsync(60));
        Assert.Contains(lines, static line =>
            line.StartsWith("capacity of the serving nodes: ", StringComparison.Ordinal)
            && line.Contains("all fit: they need", StringComparison.Ordinal)
            && line.Contains("of at most 12 nodes", StringComparison.Ordinal));
        Assert.Contains(
            lines, static line => line.StartsWith("capacity of the router nodes: 3 pods asked for, all fit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pods_that_would_stay_pending_are_a_risk_that_names_the_number_and_the_way_out()
    {
        var comparison = StackComparison.Between(null, await RenderAsync(await ProdAsync(100)));
        var summary = comparison.Summary();
        var line = Assert.Single(summary.Lines, static line => line.Contains("stay pending", StringComparison.Ordinal));
        Assert.Contains("for lack of pods per node; raise cluster.nodes.max to", line, StringComparison.Ordinal);
        Assert.Contains(
            summary.Risks,
            risk => risk.StartsWith("risk: outage: ", StringComparison.Ordinal) && risk.Contains(line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pod_that_is_larger_than_a_node_fits_nowhere()
    {
        var lines = await LinesAsync(SomePreview.File + "\n  modelserving:inference: { memory: 64Gi }");
        Assert.Contains(lines, static line => line.EndsWith("for lack of memory; choose larger nodes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_pod_is_not_called_pods()
    {
        var lines = await LinesAsync(SomeStack.File(
            more: "modelserving:router: { min: 1 }\n  modelserving:network: { internetEgress: true }").Replace(
                "frankfurt-1.some }", "frankfurt-1.some, routerNodes: { min: 1 } }", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.StartsWith(
            "capacity of the router nodes: 1 pod asked for, and it fits: it needs 1 of at most", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_of_a_weight_says_nothing_about_capacity_and_a_new_version_does()
    {
        Assert.DoesNotContain((await SomePreview.ChangedAsync("percent: 5", "percent: 6")).Summary().Lines, IsCapacity);
        var more = await SomePreview.ChangedAsync(
            "churn: { stable: { version: 1 } }", "churn: { stable: { version: 1 }, keepWarm: [2] }");
        Assert.Contains(more.Summary().Lines, IsCapacity);

        static bool IsCapacity(string line) => line.StartsWith("capacity ", StringComparison.Ordinal);
    }

    // 4 cores and 32 GB: 8 processors less what Kubernetes and its own pods take.
    [Fact]
    public void Pods_are_placed_until_the_scarcest_resource_of_each_node_is_used_up()
    {
        var node = new NodeRoom(Pods: 23, Cpu: 7670, Memory: 28_600, Disk: 35_840);
        var small = new PodRequest(250, 512, 1280);
        Assert.Equal((276, 12), NodeFilling.Fill(Enumerable.Repeat(small, 400), node, 12));
        Assert.Equal("pods per node", NodeFilling.Scarcest([small], node));
        var large = new PodRequest(1000, 2048, 1280);
        Assert.Equal((84, 12), NodeFilling.Fill(Enumerable.Repeat(large, 240), node, 12));
        Assert.Equal("processors", NodeFilling.Scarcest([large], node));
        // A small pod takes the room that large ones leave.
        Assert.Equal((9, 1), NodeFilling.Fill([.. Enumerable.Repeat(large, 7), small, small], node, 1));
        Assert.Equal((0, 0), NodeFilling.Fill([new PodRequest(9000, 1, 1)], node, 12));
    }

    private static async Task<IReadOnlyList<string>> LinesAsync(string yaml) =>
        StackComparison.Between(null, await RenderAsync(yaml)).Summary().Lines;

    private static Task<StackSnapshot> RenderAsync(string yaml) =>
        StackSnapshot.RenderAsync(yaml, "prod", foundationOnly: false, SomePreview.Digest);

    private static async Task<string> ProdAsync(int models)
    {
        var text = new StringBuilder("models:\n");
        for (var i = 0; i < models; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"    model-{i:000}: ")
                .Append("{ stable: { version: 1 }, canary: { version: 2, percent: 5 } }\n");
        }

        return (await SomeStack.FileOfRepositoryAsync("prod")).Replace("models:\n", text.ToString(), StringComparison.Ordinal);
    }
}
