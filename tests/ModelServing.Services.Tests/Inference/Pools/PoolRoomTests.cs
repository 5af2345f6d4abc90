using ModelServing.Inference;
using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Pools;

/// <summary>The opened models of a pool fit into its memory: those that were not used for longest are closed, and opened again by
/// requests.</summary>
public sealed class PoolRoomTests
{
    private static readonly (string, int)[] Four = [("a", 1), ("b", 1), ("c", 1), ("d", 1)];

    [Fact]
    public async Task A_request_for_a_closed_version_opens_it_again()
    {
        await using var pool = await StartAsync(models: 2);
        for (var round = 0; round < 3; round++)
        {
            foreach (var (model, factor) in ((string, float)[])[("a", 1), ("b", 2), ("c", 3), ("d", 4)])
            {
                Assert.Equal(factor, await pool.FactorOfAsync(model, 1));
                Assert.InRange(Room(pool).Used, 1, Room(pool).Most);
            }
        }

        Assert.Equal(2, Room(pool).Count);
        // A closed version is ready, and still describes itself.
        Assert.Equal(["c", "d"], OpenOf(pool));
        Assert.Equal(200, (await pool.GetAsync(RunningPool.PathOf("a", 1) + "/ready")).Status);
        Assert.Equal("x", (await pool.GetAsync(RunningPool.PathOf("a", 1))).Body.GetProperty("inputs")[0].GetProperty("name").GetString());
        Assert.Equal(["c", "d"], OpenOf(pool));
        await pool.Service.UntilMetricsMatch("modelserving_inference_open_models\\{[^}]*\\} 2");
        await pool.Service.UntilMetricsMatch("modelserving_inference_closed_models_total\\{[^}]*model=\"a\"[^}]*\\} [3-9]");
    }

    [Fact]
    public async Task The_model_that_was_not_used_for_longest_is_closed()
    {
        await using var pool = await StartAsync(models: 3);
        foreach (var model in (string[])["a", "b", "c", "a"])
            await pool.FactorOfAsync(model, 1);
        Assert.Equal(["a", "b", "c"], OpenOf(pool));
        await pool.FactorOfAsync("d", 1);
        Assert.Equal(["a", "c", "d"], OpenOf(pool));
        await pool.FactorOfAsync("b", 1);
        Assert.Equal(["a", "b", "d"], OpenOf(pool));
    }

    [Fact]
    public async Task A_model_with_a_request_is_never_closed_and_others_wait_for_room()
    {
        await using var pool = await StartAsync(models: 1);
        Assert.Equal(1, await pool.FactorOfAsync("a", 1));
        var a = pool.Service.Get<ServedVersions>().All[0];
        a.Calls.Began(0);
        Assert.False(a.Model.TryClose());
        Assert.NotNull(a.Model.Current);
        // Nothing else can be opened, and the answer says that this is not the version's fault.
        var (status, body) = await pool.AskAsync(RunningPool.PathOf("b", 1) + "/infer", 1, timeout: "100");
        Assert.Equal(503, status);
        Assert.Contains("could not be opened in time", body, StringComparison.Ordinal);
        Assert.Equal(["a"], OpenOf(pool));
        var waits = pool.FactorOfAsync("b", 1);
        a.Calls.Ended();
        Assert.Equal(2, await waits);
        Assert.Equal(["b"], OpenOf(pool));
    }

    [Fact]
    public async Task Requests_for_more_models_than_fit_are_all_answered()
    {
        await using var pool = await StartAsync(models: 2);
        var most = 0L;
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            Assert.Equal((i % 4) + 1, await pool.FactorOfAsync("abcd"[i % 4].ToString(), 1));
            InterlockedMax(ref most, Room(pool).Used);
        }));
        Assert.InRange(most, 1, Room(pool).Most);
    }

    [Fact]
    public async Task A_version_that_can_not_be_opened_again_is_not_ready_until_it_can_be_and_the_others_are_served()
    {
        using var folder = new TemporaryFolder();
        await RunningPool.PublishAsync(folder, "a", 1, RunningPool.Times(1));
        await RunningPool.PublishAsync(folder, "b", 1, RunningPool.Times(2));
        await using var pool = await RunningPool.StartOnAsync(
            folder,
            [RunningPool.Version("a", 1), RunningPool.Version("b", 1)],
            static settings => settings with { ModelsBytes = Bytes(1) });
        Assert.Equal(2, await pool.FactorOfAsync("b", 1));
        var file = folder.Combine("models/models/a/1/model.onnx");
        var good = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(file, [.. good, 0], TestContext.Current.CancellationToken);
        Assert.Equal(503, (await pool.AskAsync("a", 1, 1)).Status);
        await RunningInference.UntilAsync(
            async () => (await pool.GetAsync(RunningPool.PathOf("a", 1) + "/ready")).Status == 503, "it stayed ready");
        Assert.Equal(2, await pool.FactorOfAsync("b", 1));
        await File.WriteAllBytesAsync(file, good, TestContext.Current.CancellationToken);
        await RunningInference.UntilAsync(
            async () =>
            {
                pool.Service.Get<ServedVersions>().All[0].Loader.CheckNow();
                return (await pool.AskAsync("a", 1, 1)).Status == 200;
            },
            "it never was ready again");
    }

    [Fact]
    public async Task A_model_that_does_not_fit_alone_is_refused()
    {
        await using var pool = await RunningPool.StartAsync([("a", 1)], static settings => settings with { ModelsBytes = 1000 });
        var (_, body) = await pool.GetAsync(RunningPool.PathOf("a", 1) + "/ready");
        Assert.Contains(
            "those of the pool may take 1000 together (MODELSERVING_MODELS_BYTES)",
            body.GetProperty("reason").GetString(),
            StringComparison.Ordinal);
    }

    private static Task<RunningPool> StartAsync(int models) =>
        RunningPool.StartAsync(Four, settings => settings with { ModelsBytes = Bytes(models) });

    // Room for so many of the tests' models, and for a half of another one.
    private static long Bytes(int models) => (models * ModelRoom.BytesOf(0)) + (ModelRoom.BytesOf(0) / 2);

    private static ModelRoom Room(RunningPool pool) => pool.Service.Get<ModelRoom>();

    private static string[] OpenOf(RunningPool pool) => [.. pool.Service.Get<ServedVersions>().All
        .Where(static version => version.Model.Current is not null)
        .Select(static version => version.Settings.Model.Text)];

    private static void InterlockedMax(ref long most, long value)
    {
        for (var known = Volatile.Read(ref most); value > known;)
            known = Interlocked.CompareExchange(ref most, value, known);
    }
}
