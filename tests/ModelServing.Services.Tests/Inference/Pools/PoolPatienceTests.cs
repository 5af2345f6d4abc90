using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Pools;

/// <summary>A new pool that refuses versions is not ready for a while, so that whoever waits for it learns of it.</summary>
public sealed class PoolPatienceTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    public async ValueTask InitializeAsync() => await RunningPool.PublishAsync(folder, "a", 1, RunningPool.Times(1));

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Until_the_time_is_over_it_says_which_version_is_refused_and_then_the_others_are_served()
    {
        await using var service = await StartAsync(TimeSpan.FromSeconds(2), "a", "missing");
        await service.UntilNotReadyAsync("missing version 1 is refused: ");
        Assert.Equal(503, (int)(await service.Client.GetAsync("/v2/models/a/ready", TestContext.Current.CancellationToken)).StatusCode);
        await service.UntilReadyAsync();
        Assert.Equal(200, (int)(await service.Client.GetAsync("/v2/models/a/ready", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_pool_that_refuses_nothing_or_that_was_ready_before_does_not_wait()
    {
        var hour = TimeSpan.FromHours(1);
        await using (var service = await StartAsync(hour, "a"))
            await service.UntilReadyAsync();
        await using (var service = await StartAsync(hour, "a", "missing"))
            await service.UntilReadyAsync();
    }

    private Task<RunningInference> StartAsync(TimeSpan patience, params string[] models) => RunningInference.StartOnAsync(
        RunningPool.Settings(folder, [.. models.Select(static model => RunningPool.Version(model, 1))]) with
        {
            PoolPatience = patience,
            PoolState = folder.Combine("state"),
        });
}
