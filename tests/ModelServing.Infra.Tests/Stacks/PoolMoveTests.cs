namespace ModelServing.Infra.Tests.Stacks;

/// <summary>Models that move into, out of and between pools, and pools whose versions change: whatever order an apply chooses, no request
/// finds a version without pods, or pods that do not serve it.</summary>
[Collection(nameof(OneAtATime))]
public sealed class PoolMoveTests
{
    private const string Own = "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 } }, churn: { stable: { version: 1 } }";

    [Theory]
    [InlineData(
        "joins a new pool",
        Own,
        "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 } }, churn: { stable: { version: 1 }, pods: { pool: small } }")]
    [InlineData(
        "joins a pool that has another model",
        "fraud: { stable: { version: 1 } }, churn: { stable: { version: 1 }, pods: { pool: small } }",
        "fraud: { stable: { version: 1 }, pods: { pool: small } }, churn: { stable: { version: 1 }, pods: { pool: small } }")]
    [InlineData(
        "leaves a pool",
        "fraud: { stable: { version: 1 }, pods: { pool: small } }, churn: { stable: { version: 1 }, pods: { pool: small } }",
        "fraud: { stable: { version: 1 } }, churn: { stable: { version: 1 }, pods: { pool: small } }")]
    [InlineData(
        "leaves a pool, which ends",
        "fraud: { stable: { version: 1 }, pods: { pool: small } }",
        "fraud: { stable: { version: 1 } }")]
    [InlineData(
        "two models change places",
        "fraud: { stable: { version: 1 }, pods: { pool: small } }, churn: { stable: { version: 1 }, pods: { pool: large } }",
        "fraud: { stable: { version: 1 }, pods: { pool: large } }, churn: { stable: { version: 1 }, pods: { pool: small } }")]
    [InlineData(
        "a canary comes",
        "fraud: { stable: { version: 1 }, pods: { pool: small } }",
        "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, pods: { pool: small } }")]
    [InlineData(
        "a canary goes",
        "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, pods: { pool: small } }",
        "fraud: { stable: { version: 1 }, pods: { pool: small } }")]
    [InlineData(
        "a canary takes the place of another",
        "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, pods: { pool: small } }",
        "fraud: { stable: { version: 1 }, canary: { version: 3, percent: 5 }, pods: { pool: small } }")]
    [InlineData(
        "a canary is promoted",
        "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 100 }, pods: { pool: small } }",
        "fraud: { stable: { version: 2 }, pods: { pool: small } }")]
    [InlineData(
        "a model goes",
        "fraud: { stable: { version: 1 }, pods: { pool: small } }, churn: { stable: { version: 1 }, pods: { pool: small } }",
        "fraud: { stable: { version: 1 }, pods: { pool: small } }")]
    [InlineData(
        "a canary with pods of its own takes the place of another",
        SomeStack.Canary,
        "fraud: { stable: { version: 1 }, canary: { version: 3, percent: 5 } }")]
    public async Task Requests_only_reach_pods_that_serve_the_version(string what, string before, string after)
    {
        var faults = await SomeApply.FaultsAsync(await RunAsync(before), await RunAsync(after));
        Assert.True(faults.Count == 0, $"{what}:\n{string.Join('\n', faults)}");
    }

    private static Task<ModelServing.Stacks.RenderedStack> RunAsync(string models) =>
        SomeStack.RunAsync(SomeStack.File(models, more: "modelserving:pools: { small: {}, large: {} }"));
}
