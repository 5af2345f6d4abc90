using ModelServing.Contracts;
using ModelServing.Inference;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Pools;

/// <summary>What a pool does about versions that ran when the process before it crashed. A crash leaves the state's folder as it was in the
/// middle of a run, so the tests copy it then.</summary>
public sealed class PoolCrashTests : IAsyncLifetime
{
    private const int SegmentationFault = 139;
    private const int Killed = 137;

    private readonly TemporaryFolder folder = new();
    private int crashes;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string State => folder.Combine($"state{crashes}");

    public async ValueTask InitializeAsync()
    {
        await RunningPool.PublishAsync(folder, "a", 1, RunningPool.Times(5));
        await RunningPool.PublishAsync(folder, "one", 1, SomeSlowOnnx.Loop());
        await RunningPool.PublishAsync(folder, "two", 1, SomeSlowOnnx.Loop());
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_only_version_that_ran_is_not_opened_again_and_the_others_are_served()
    {
        await CrashInAsync("one");
        await using (var pool = await StartAsync())
        {
            Assert.Equal(5, await pool.FactorOfAsync("a", 1));
            await AssertRefusedAsync(pool, "one");
            Assert.Equal(200, (await CountAsync(pool, "two", 3, 60_000)).Status);
            await pool.Service.UntilMetricsMatch("modelserving_inference_culprits\\{[^}]*model=\"one\",[^}]*version=\"1\"[^}]*\\} 1");
        }

        // It stays out, however often the process starts.
        await using (var pool = await StartAsync())
            await AssertRefusedAsync(pool, "one");
    }

    [Fact]
    public async Task A_culprit_is_opened_again_if_it_was_published_again_or_if_the_pool_is_another()
    {
        await CrashInAsync("one");
        await using (var pool = await StartAsync())
            await AssertRefusedAsync(pool, "one");
        await using (var pool = await StartAsync("one", "two"))
            Assert.Equal(200, (await CountAsync(pool, "one", 3, 60_000)).Status);
        await CrashInAsync("one");
        await using (var pool = await StartAsync())
            await AssertRefusedAsync(pool, "one");
        Directory.Delete(folder.Combine("models/models/one/1"), recursive: true);
        await RunningPool.PublishAsync(folder, "one", 1, RunningPool.Times(9));
        await using (var pool = await StartAsync())
            Assert.Equal(9, await pool.FactorOfAsync("one", 1));
    }

    [Fact]
    public async Task Several_that_ran_are_suspects_which_never_run_together_until_a_crash_shows_which_one_it_is()
    {
        await CrashInAsync("one", "two");
        await using (var pool = await StartAsync())
        {
            var versions = pool.Service.Get<ServedVersions>().All;
            var one = CountAsync(pool, "one", SomeSlowOnnx.Endless, 2_000);
            await RunningInference.UntilAsync(() => Task.FromResult(RunningIn(State) == 1), "it never ran");
            var two = CountAsync(pool, "two", 3, 60_000);
            await RunningInference.UntilAsync(
                () => Task.FromResult(one.IsCompleted || versions[2].Calls.Gate.Waiting == 1), "the other suspect never waited");
            // What is not suspected runs beside them.
            Assert.Equal(5, await pool.FactorOfAsync("a", 1));
            Assert.Equal(504, (await one).Status);
            Assert.Equal(200, (await two).Status);
        }

        await CrashInAsync("two");
        await using (var pool = await StartAsync())
        {
            await AssertRefusedAsync(pool, "two");
            Assert.Equal(200, (await CountAsync(pool, "one", 3, 60_000)).Status);
        }
    }

    [Fact]
    public async Task No_version_is_blamed_for_a_process_that_was_asked_to_stop()
    {
        await using (var pool = await StartAsync())
        {
            var endless = CountAsync(pool, "one", SomeSlowOnnx.Endless, 60_000);
            await RunningInference.UntilAsync(() => Task.FromResult(RunningIn(State) == 1), "it never ran");
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await pool.DisposeAsync();
                await endless;
            });
        }

        await using (var pool = await StartAsync())
            Assert.Equal(200, (await CountAsync(pool, "one", 3, 60_000)).Status);
    }

    [Fact]
    public async Task If_it_is_not_known_how_the_process_ended_only_the_second_time_is_evidence()
    {
        await EndInAsync(null, "one");
        await using (var pool = await StartAsync())
        {
            Assert.Equal(200, (await CountAsync(pool, "one", 3, 60_000)).Status);
            Assert.Contains(
                pool.Service.Log,
                static line => line.Message.EndsWith("one at a time until the culprit is known: one version 1", StringComparison.Ordinal));
        }

        await EndInAsync(null, "one");
        await using (var pool = await StartAsync())
            await AssertRefusedAsync(pool, "one");
    }

    [Fact]
    public async Task No_version_is_blamed_for_a_process_that_was_killed()
    {
        for (var times = 0; times < 2; times++)
            await EndInAsync(Killed, "one");
        await using var pool = await StartAsync();
        Assert.Equal(200, (await CountAsync(pool, "one", 3, 60_000)).Status);
        Assert.False(File.Exists(Path.Combine(State, PoolDocument.ExitFile)));
    }

    // The state's folder of the next process is a copy from the middle of the versions' runs.
    private Task CrashInAsync(params string[] models) => EndInAsync(SegmentationFault, models);

    // Without a code, it is not known how the process ended.
    private async Task EndInAsync(int? code, params string[] models)
    {
        await using var pool = await StartAsync();
        var calls = models.Select(model => CountAsync(pool, model, SomeSlowOnnx.Endless, 30_000)).ToList();
        await RunningInference.UntilAsync(() => Task.FromResult(RunningIn(State) == models.Length), "they never ran");
        var before = State;
        crashes++;
        Directory.CreateDirectory(State);
        foreach (var file in Directory.GetFiles(before))
            File.Copy(file, Path.Combine(State, Path.GetFileName(file)));
        if (code is not null)
            await File.WriteAllTextAsync(Path.Combine(State, PoolDocument.ExitFile), $"{code}", Token);
        pool.Client.CancelPendingRequests();
        foreach (var call in calls)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    private Task<RunningPool> StartAsync(params string[] models) => RunningPool.StartOnAsync(
        folder,
        [.. (models.Length > 0 ? models : ["a", "one", "two"]).Select(static model => RunningPool.Version(model, 1))],
        settings => settings with { PoolState = State, Concurrency = 3 });

    // The slots with a version, by the file's form.
    private static int RunningIn(string state)
    {
        var bytes = File.ReadAllBytes(Path.Combine(state, "running"));
        return Enumerable.Range(0, (bytes.Length - 128) / 64).Count(slot => BitConverter.ToInt32(bytes, 128 + (slot * 64)) > 0);
    }

    private static async Task AssertRefusedAsync(RunningPool pool, string model)
    {
        var (status, body) = await pool.GetAsync(RunningPool.PathOf(model, 1) + "/ready");
        Assert.Equal(503, status);
        Assert.Contains(
            $"{model} version 1 is refused: the process before this one crashed while it ran",
            body.GetProperty("reason").GetString(),
            StringComparison.Ordinal);
        Assert.True(body.GetProperty(PoolDocument.EndedProcessMember).GetBoolean());
        Assert.Contains(pool.Service.Log, line => line.Message.Contains($"{model} version 1", StringComparison.Ordinal));
    }

    private static async Task<(int Status, string Body)> CountAsync(RunningPool pool, string model, long count, int milliseconds)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, RunningPool.PathOf(model, 1) + "/infer")
        {
            Content = new StringContent($$"""{"inputs":[{"name":"count","shape":[],"datatype":"INT64","data":[{{count}}]}]}"""),
            Headers = { { HeaderNames.RequestTimeout, $"{milliseconds}" } },
        };
        using var answer = await pool.Client.SendAsync(message, Token);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
    }
}
