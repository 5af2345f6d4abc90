using ModelServing.Stacks.Preview;

namespace ModelServing.Infra.Tests.Stacks.Preview;

/// <summary>What a preview says about pools, in the user's words.</summary>
[Collection(nameof(OneAtATime))]
public sealed class PoolSummaryTests
{
    private const string Own = "fraud: { stable: { version: 1 } }, churn: { stable: { version: 1 } }, risk: { stable: { version: 1 } }";

    private const string Pooled =
        "fraud: { stable: { version: 1 }, pods: { pool: small } }, churn: { stable: { version: 1 }, pods: { pool: small } }, "
        + "risk: { stable: { version: 1 } }";

    [Fact]
    public async Task Models_that_move_into_a_new_pool_neither_come_nor_go()
    {
        var comparison = await BetweenAsync(Own, Pooled);
        Assert.Equal(
            [
                "pool small comes: 2 to 10 pods of 250m CPU and 1Gi; it serves churn v1, fraud v1",
                "churn v1, fraud v1 move into pool small: their own pods end",
            ],
            Lines(comparison));
        // A pool is neither deleted nor replaced, and its models lose nothing.
        AssertNothingIsLost(comparison);
        var risks = comparison.Summary().Risks;
        Assert.Contains(risks, static risk => risk.StartsWith("risk: cost: pool small comes", StringComparison.Ordinal));
        Assert.Contains(
            risks,
            static risk => risk.StartsWith("risk: new right: ", StringComparison.Ordinal)
                && risk.Contains("pods of pool-small may read objects", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Models_that_move_out_get_pods_of_their_own_and_the_pool_goes_with_its_last_one()
    {
        var comparison = await BetweenAsync(Pooled, Own);
        Assert.Equal(
            [
                "pool small goes: its pods end",
                "churn v1, fraud v1 move out of pool small: each has 2 to 10 pods of 250m CPU and 1Gi",
            ],
            Lines(comparison));
        AssertNothingIsLost(comparison);
        Assert.Contains(
            comparison.Summary().Risks, static risk => risk.StartsWith("risk: cost: churn v1, fraud v1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_changed_pool_says_which_versions_come_and_go_and_that_other_pods_start()
    {
        var comparison = await BetweenAsync(
            Pooled,
            "fraud: { stable: { version: 2 }, canary: { version: 3, percent: 5 }, pods: { pool: small } }, "
            + "churn: { stable: { version: 1 } }, risk: { stable: { version: 1 } }");
        Assert.Equal(
            [
                "pool small changes (fraud v2, fraud v3 come, churn v1, fraud v1 go): other pods start, 2 to 10 pods of 250m CPU and 1Gi, "
                    + "and then the present ones end",
                "churn v1 moves out of pool small: each has 2 to 10 pods of 250m CPU and 1Gi",
            ],
            Lines(comparison));
        AssertNothingIsLost(comparison);
        Assert.DoesNotContain("no pods restart", comparison.Summary().Lines);
    }

    [Fact]
    public async Task Settings_of_a_pools_versions_change_the_pool_and_a_weight_does_not()
    {
        var rows = await BetweenAsync(Pooled, Pooled.Replace("fraud: {", "fraud: { batchRows: 8,", StringComparison.Ordinal));
        Assert.StartsWith("pool small changes (the settings of its versions): ", Assert.Single(Lines(rows)), StringComparison.Ordinal);
        const string Canary = "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, pods: { pool: small } }";
        var weight = await BetweenAsync(Canary, Canary.Replace("percent: 5", "percent: 6", StringComparison.Ordinal));
        Assert.Empty(Lines(weight));
        Assert.Contains("no pods restart", weight.Summary().Lines);
    }

    [Fact]
    public async Task An_image_restarts_a_pool_by_its_name()
    {
        var (left, right) = (File(Pooled), File(Pooled).Replace(SomeStack.Digest('b'), SomeStack.Digest('f'), StringComparison.Ordinal));
        var comparison = StackComparison.Between(await SomePreview.RenderAsync(left), await SomePreview.RenderAsync(right));
        Assert.Contains("pods restart (image): risk v1, pool small", comparison.Summary().Lines);
    }

    [Fact]
    public async Task A_model_moves_from_one_pool_to_another() => Assert.Contains(
        "churn v1 moves from pool small to pool large",
        Lines(await BetweenAsync(
            Pooled,
            Pooled.Replace("pods: { pool: small } }, risk", "pods: { pool: large } }, risk", StringComparison.Ordinal))));

    [Fact]
    public async Task A_pool_that_does_not_fit_beside_its_former_pods_is_a_risk()
    {
        // They take more than half of the places on the nodes.
        var left = File(Pooled, "{ min: 80, max: 90, cpu: 50m, memory: 64Mi }");
        var right = left.Replace("risk: {", "risk: { pods: { pool: small },", StringComparison.Ordinal);
        var comparison = StackComparison.Between(await SomePreview.RenderAsync(left), await SomePreview.RenderAsync(right));
        var line = Assert.Single(comparison.Summary().Lines, static line => line.Contains("not beside", StringComparison.Ordinal));
        Assert.StartsWith("capacity of the serving nodes: ", line, StringComparison.Ordinal);
        Assert.Contains("stay pending, and the apply fails; raise cluster.nodes.max to ", line, StringComparison.Ordinal);
        Assert.Contains(comparison.Summary().Risks, risk => risk.Contains(line, StringComparison.Ordinal));
    }

    private static void AssertNothingIsLost(StackComparison comparison)
    {
        Assert.DoesNotContain(comparison.Summary().Lines, static line => line.Contains("is deleted", StringComparison.Ordinal));
        Assert.DoesNotContain(comparison.Summary().Risks, static risk => risk.StartsWith("risk: outage: ", StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> Lines(StackComparison comparison) =>
        [.. comparison.Summary().Lines.Where(static line => line.Contains("pool small", StringComparison.Ordinal))];

    private static async Task<StackComparison> BetweenAsync(string before, string after) =>
        StackComparison.Between(await SomePreview.RenderAsync(File(before)), await SomePreview.RenderAsync(File(after)));

    private static string File(string models, string size = "{}") =>
        SomeStack.File(models, more: $"modelserving:pools: {{ small: {size}, large: {{}} }}");
}
