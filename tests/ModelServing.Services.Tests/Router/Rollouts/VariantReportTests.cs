using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Router.Admin;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>The figures of each variant in the status.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class VariantReportTests : IAsyncDisposable
{
    private readonly RawServer stable = RawServer.Saying("stable");

    public ValueTask DisposeAsync() => stable.DisposeAsync();

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, 0)]
    [InlineData("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", 3, 0)]
    [InlineData("HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n", 0, 3)]
    [InlineData("HTTP/1.1 200 OK\r\nX-Model-Outcome: non-finite\r\nContent-Length: 0\r\n\r\n", 3, 0)]
    [InlineData("nonsense\r\n\r\n", 3, 0)]
    public async Task A_canarys_first_attempts_are_its_own_and_the_retries_are_not_stables(string wire, int errors, int refused)
    {
        await using var canary = RawServer.Answering(_ => wire);
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(PlanDocument.Buckets), SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await router.InferAsync()).Status);
        var (stables, canarys) = (await FiguresAsync(router, "stable"), (await FiguresAsync(router, "canary"))!);
        Assert.Null(stables);
        Assert.All(canarys.Periods, period => Assert.Equal((3, errors, refused), (
            (int)period.Requests, (int)period.Errors, (int)period.Refused)));
        Assert.Equal(3, canarys.Requests);
        Assert.Equal(3, canarys.RequestsByMinute.Sum());
        if (errors == 0)
            Assert.NotNull(canarys.Periods[0].P99Milliseconds);
    }

    [Fact]
    public async Task Figures_go_on_through_a_changed_weight_and_a_promotion_and_pinned_requests_are_left_out()
    {
        await using var canary = RawServer.Saying("canary");
        var endpoints = SomePlan.Endpoints((1, stable.Address), (2, canary.Address));
        await using var router = await RunningRouter.StartAsync(SomePlan.Canary(PlanDocument.Buckets), endpoints);
        await router.InferAsync();
        router.Swap(SomePlan.Canary(0), endpoints);
        await router.InferAsync();
        await router.InferAsync();
        Assert.Equal((2L, 1L), await RequestsAsync(router));
        Assert.Equal(200, (await router.InferAsync(path: "/v2/models/fraud/versions/2/infer")).Status);
        Assert.Equal((2L, 1L), await RequestsAsync(router));
        router.Swap(SomePlan.Stable(), endpoints);
        await router.InferAsync();
        Assert.Equal(3, (await FiguresAsync(router, "stable"))!.Requests);
    }

    private static async Task<(long Stable, long Canary)> RequestsAsync(RunningRouter router) =>
        ((await FiguresAsync(router, "stable"))!.Requests, (await FiguresAsync(router, "canary"))!.Requests);

    private static async Task<VariantFigures?> FiguresAsync(RunningRouter router, string variant) =>
        (await router.Get<RolloutStatusReader>().ReadAsync(TestContext.Current.CancellationToken)).Models.Single()
            .Variants.Single(read => read.Name == variant).Figures;
}
