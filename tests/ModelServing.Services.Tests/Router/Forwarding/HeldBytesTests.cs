using ModelServing.Contracts;
using ModelServing.Hosting.Memory;
using ModelServing.Router.Forwarding;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Forwarding;

/// <summary>A router with a small budget of bytes in flight.</summary>
[Collection(RunningRouter.OneAtATime)]
public class HeldBytesTests
{
    private const int Kibibyte = 1024;
    private const int Mebibyte = 1024 * Kibibyte;
    private const int Kept = 900 * Kibibyte;

    // Of each byte beyond those that a connection has anyway.
    private const int Copies = 3;

    [Fact]
    public async Task A_kept_body_takes_its_bytes_before_it_arrives_and_one_past_the_budget_is_streamed()
    {
        await using var version = RawServer.Saying("{}");
        await using var router = await StartAsync(SomePlan.Canary(PlanDocument.Buckets), version, 4 * Mebibyte);
        var budget = router.Get<ByteBudget>();
        using var holding = await BeginAsync(router, Kept);
        await RunningRouter.UntilAsync(() => budget.Reserved == Needed(Kept), "the body has its bytes before it arrives");
        using var streamed = await BeginAsync(router, Kept);
        await RunningRouter.UntilAsync(
            () => budget.Reserved == Needed(Kept) + Needed(ClientBody.AheadLimit), "the other one has the bytes of its beginning");
        await streamed.SendAsync(new string(' ', Kept));
        Assert.Equal(200, (await streamed.ReadMessageAsync())!.Status);

        await holding.SendAsync(new string(' ', Kept));
        Assert.Equal(200, (await holding.ReadMessageAsync())!.Status);
        await RunningRouter.UntilAsync(() => budget.Reserved == 0, "the bytes return");
    }

    [Fact]
    public async Task A_long_body_is_held_once()
    {
        await using var version = RawServer.Saying("{}");
        await using var router = await StartAsync(SomePlan.Canary(PlanDocument.Buckets), version, 32 * Mebibyte);
        var budget = router.Get<ByteBudget>();
        using var client = await BeginAsync(router, 12 * Mebibyte);
        await RunningRouter.UntilAsync(() => budget.Reserved == 12 * Mebibyte, "the body has its bytes before it arrives");
        await client.SendAsync(new string(' ', 12 * Mebibyte));
        Assert.Equal(200, (await client.ReadMessageAsync())!.Status);
        await RunningRouter.UntilAsync(() => budget.Reserved == 0, "the bytes return");
    }

    [Fact]
    public async Task A_body_without_room_even_for_its_beginning_is_503_and_no_evidence_about_any_version()
    {
        await using var version = RawServer.Saying("{}");
        await using var router = await StartAsync(SomePlan.Canary(PlanDocument.Buckets), version, 40 * Kibibyte);
        var refusal = await router.InferAsync(new string(' ', Kept));
        refusal.AssertProblem(503, "over-budget");
        Assert.Equal("1", refusal["Retry-After"]);
        Assert.Equal(0, version.Accepted);
        Assert.Equal(200, (await router.InferAsync()).Status);
        await router.AssertCountAsync(0, "modelserving_router_retries_total");
        await router.AssertCountAsync(1, "modelserving_router_attempts_total");
        await router.AssertCountAsync(1, "modelserving_router_errors_total", "reason=\"over-budget\"");
        await router.AssertCountAsync(1, "modelserving_host_refusals_total", "reason=\"over-budget\"");
    }

    [Fact]
    public async Task A_chunked_body_takes_its_bytes_as_it_grows()
    {
        await using var version = RawServer.Saying("{}");
        await using var router = await StartAsync(SomePlan.Canary(PlanDocument.Buckets), version, 4 * Mebibyte);
        var budget = router.Get<ByteBudget>();
        using var client = await router.ConnectAsync();
        await client.SendAsync($"POST {RunningRouter.InferPath} HTTP/1.1\r\nHost: router\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.SendAsync($"19000\r\n{new string(' ', 0x19000)}\r\n");
        await RunningRouter.UntilAsync(() => budget.Reserved >= Needed(0x19000), "the chunk has its bytes");
        await client.SendAsync("0\r\n\r\n");
        Assert.Equal(200, (await client.ReadMessageAsync())!.Status);
        await RunningRouter.UntilAsync(() => budget.Reserved == 0, "the bytes return");
    }

    [Fact]
    public async Task A_streamed_body_takes_little()
    {
        await using var version = RawServer.Saying("{}");
        await using var router = await StartAsync(SomePlan.Stable(), version, 256 * Kibibyte);
        using var client = await BeginAsync(router, 10 * Mebibyte);
        await client.SendAsync(new string(' ', Mebibyte));
        await RunningRouter.UntilAsync(() => router.Get<ByteBudget>().Reserved > 0, "it has its bytes");
        Assert.InRange(router.Get<ByteBudget>().Reserved, 1, Copies * ClientBody.AheadLimit);
        await client.SendAsync(new string(' ', 9 * Mebibyte));
        Assert.Equal(200, (await client.ReadMessageAsync())!.Status);
    }

    [Theory]
    [InlineData("Content-Length: 500000\r\n\r\n")]
    [InlineData("\r\n")]
    public async Task An_answer_without_room_is_streamed_instead_of_held(string framing)
    {
        const int Half = 250_000;
        using var go = new SemaphoreSlim(0);
        await using var version = new RawServer(async connection =>
        {
            await connection.ReadMessageAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n" + framing + new string('a', Half));
            await go.WaitAsync(RawConnection.Patience);
            await connection.SendAsync(new string('b', Half));
        });
        await using var router = await StartAsync(SomePlan.Stable(), version, 64 * Kibibyte);
        using var client = await router.ConnectAsync();
        await client.SendAsync(RunningRouter.Infer());
        // A held answer would not begin before its end.
        Assert.Equal(200, (await client.ReadHeadAsync())!.Status);
        go.Release();
        await RunningRouter.UntilAsync(() => router.Get<ByteBudget>().Reserved == 0, "nothing stays taken");
    }

    [Fact]
    public async Task An_answer_with_room_takes_its_bytes_while_it_is_held()
    {
        using var go = new SemaphoreSlim(0);
        await using var version = new RawServer(async connection =>
        {
            await connection.ReadMessageAsync();
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Kept}\r\n\r\n");
            await go.WaitAsync(RawConnection.Patience);
            await connection.SendAsync(new string('a', Kept));
        });
        await using var router = await StartAsync(SomePlan.Stable(), version, 8 * Mebibyte);
        var budget = router.Get<ByteBudget>();
        using var client = await router.ConnectAsync();
        await client.SendAsync(RunningRouter.Infer());
        await RunningRouter.UntilAsync(() => budget.Reserved == Needed(Kept), "the answer has its bytes");
        go.Release();
        Assert.Equal(Kept, (await client.ReadMessageAsync())!.Body.Length);
        await RunningRouter.UntilAsync(() => budget.Reserved == 0, "the bytes return");
    }

    private static long Needed(int length) => Copies * (length - HeldBytes.Ordinary);

    private static async Task<RunningRouter> StartAsync(PlanDocument plan, RawServer version, long budget)
    {
        var router = await RunningRouter.StartAsync(settings => settings with { BudgetBytes = budget });
        router.Swap(plan, SomePlan.Endpoints((1, version.Address), (2, version.Address)));
        return router;
    }

    private static async Task<RawConnection> BeginAsync(RunningRouter router, int length)
    {
        var client = await router.ConnectAsync();
        await client.SendAsync($"POST {RunningRouter.InferPath} HTTP/1.1\r\nHost: router\r\nContent-Length: {length}\r\n\r\n");
        return client;
    }
}
