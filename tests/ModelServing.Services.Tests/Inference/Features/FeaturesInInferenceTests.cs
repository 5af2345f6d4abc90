using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Oci;
using ModelServing.Predictions.Records;
using ModelServing.Registry;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Functions.Listener;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Features;

/// <summary>A model that uses features: callers send the entities' keys, and the service finds the rest.</summary>
public sealed class FeaturesInInferenceTests : IAsyncLifetime
{
    private static readonly byte[] Onnx = SomeOnnx.Identity(Datatype.Fp32, -1, 4);

    private readonly TemporaryFolder folder = new();
    private SomeFeatureStore store = null!;

    private string Predictions => HostSources.Sqlite(folder.Combine("predictions.db"));

    public async ValueTask InitializeAsync() => store = await SomeFeatureStore.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_model_gets_the_features_of_each_row()
    {
        store.Pay(1, 1000, 3000);
        store.Pay(2, 500);
        await store.FollowAsync();
        await using var service = await StartAsync();
        var (elements, defaults) = await InferAsync(service, "1,2,1", "40,5,10");
        Assert.Equal([2, 40, 40, 2, 1, 5, 5, 1, 2, 10, 40, 0.5f], elements);
        Assert.Null(defaults);
        await service.UntilMetricsMatch(
            """modelserving_inference_features_total\{[^}]*status="present"[^}]*view="card-activity v1"[^}]*\} 3""");
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(201)]
    public async Task Each_of_many_rows_gets_its_own_features(int rows)
    {
        for (var card = 1; card <= rows; card++)
            store.Pay(card, [.. Enumerable.Repeat(100 * card, (card % 3) + 1)]);
        await store.FollowAsync();
        await using var service = await StartAsync();
        var cards = Enumerable.Range(1, rows).ToList();
        var (elements, defaults) = await InferAsync(
            service, string.Join(',', cards), string.Join(',', cards.Select(static card => 2 * card)));
        Assert.Equal(cards.SelectMany(static card => (float[])[(card % 3) + 1, 2 * card, ((card % 3) + 1) * card, 2]), elements);
        Assert.Null(defaults);
    }

    [Fact]
    public async Task An_entity_without_events_gets_defaults_and_the_answer_says_so()
    {
        store.Pay(1, 1000);
        await store.FollowAsync();
        await using var service = await StartAsync();
        var (elements, defaults) = await InferAsync(service, "7", "40");
        Assert.Equal([0, 40, 0, -1], elements);
        Assert.Equal("card-activity=missing", defaults);
    }

    [Fact]
    public async Task An_event_is_seen_a_moment_after_it_was_applied()
    {
        store.Pay(1, 1000);
        await store.FollowAsync();
        await using var service = await StartAsync();
        Assert.Equal(1, (await InferAsync(service, "1", "1")).Elements[0]);
        store.Pay(1, 1000);
        await store.FollowAsync();
        await RunningInference.UntilAsync(
            async () => (await InferAsync(service, "1", "1")).Elements[0] == 2, "the second payment was never seen");
    }

    [Fact]
    public async Task The_metadata_lists_what_a_caller_sends()
    {
        await store.FollowAsync();
        await using var service = await StartAsync();
        var metadata = await service.Client.GetFromJsonAsync<JsonElement>(InferencePaths.Model(RunningInference.Model));
        Assert.Equal(
            """
            [{"name":"card_id","datatype":"INT64","shape":[-1]},{"name":"amount","datatype":"FP64","shape":[-1]},
            {"name":"time","datatype":"INT64","shape":[-1]}]
            """.ReplaceLineEndings(""),
            metadata.GetProperty("inputs").GetRawText());
    }

    [Fact]
    public async Task Without_a_time_the_features_are_those_of_now()
    {
        store.Pay(1, 1000);
        await store.FollowAsync();
        await using var service = await StartAsync();
        // The payments are months older than the view's time to live.
        var answer = await SendAsync(service, """
            {"inputs":[{"name":"card_id","shape":[1],"datatype":"INT64","data":[1]},{"name":"amount","shape":[1],"datatype":"FP64","data":[2]}]}
            """);
        Assert.Equal("card-activity=expired", answer.Headers.GetValues(HeaderNames.FeatureDefaults).Single());
    }

    [Theory]
    [InlineData(
        """{"name":"card_id","shape":[2],"datatype":"INT64","data":[1,2]},{"name":"amount","shape":[1],"datatype":"FP64","data":[1]}""",
        "rows")]
    [InlineData("""{"name":"card_id","shape":[1],"datatype":"INT64","data":[1]}""", "'amount' is missing")]
    [InlineData("""{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}""", "'x'")]
    [InlineData(
        """{"name":"card_id","shape":[1],"datatype":"INT64","data":[1]},{"name":"amount","shape":[1],"datatype":"FP64","data":[1]},{"name":"time","shape":[1],"datatype":"INT64","data":[-5]}""",
        "'time' has -5")]
    public async Task What_a_caller_does_wrong_is_named(string inputs, string fault)
    {
        await store.FollowAsync();
        await using var service = await StartAsync();
        using var answer = await SendAsync(service, $$"""{"inputs":[{{inputs}}]}""");
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains(fault, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_for_too_many_entities_is_refused()
    {
        await store.FollowAsync();
        await using var service = await StartAsync();
        using var answer = await SendAsync(
            service, SomeFeatureStore.Body(string.Join(',', Enumerable.Range(0, 1001)), string.Join(',', Enumerable.Repeat(1, 1001))));
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains(
            "there are 1001 rows", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_cache_predictions_go_on_with_defaults_and_recover_by_themselves()
    {
        store.Pay(1, 1000);
        await store.FollowAsync();
        await using var service = await StartAsync(settings => settings with { FeatureTimeout = TimeSpan.FromSeconds(1) });
        Assert.Null((await InferAsync(service, "1", "40")).Defaults);
        await store.Cache.KillAsync();
        await RunningInference.UntilAsync(
            async () => (await InferAsync(service, "1", "40")) is ([0, 40, 0, -1], "card-activity=unavailable"),
            "it never answered with defaults");
        Assert.Contains(service.Log, static line => line.Message.Contains("Features can't be read", StringComparison.Ordinal));
        await store.Cache.RestartAsync();
        // The server is empty until the view is filled again, so there are no half values.
        await RunningInference.UntilAsync(
            async () =>
            {
                await store.FollowAsync();
                return await InferAsync(service, "1", "40") is ([1, 40, 10, 4], null);
            },
            "it never recovered");
        // However often reads failed in between, the log has two lines.
        await RunningInference.UntilAsync(
            async () => (await InferAsync(
                service,
                "1",
                "40")).Defaults is null && service.Log.Any(static line => IsOf(line, "are read again")),
            "the log never said that features are read again");
        Assert.Single(service.Log, static line => IsOf(line, "can't be read"));

        static bool IsOf(RecordedLine line, string text) => line.Message.Contains($"Features {text}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_load_predictions_outlive_a_cache_that_hangs_and_is_killed_and_say_what_they_had()
    {
        await using var lost = await SomeFeatureStore.StartAsync(TestedRedis.StartAsync);
        lost.Pay(1, 1000);
        await lost.FollowAsync();
        var log = new PredictionLogSettings { Store = Predictions, Spool = folder.Combine("spool") };
        await using var service = await StartAsync(settings => settings with
        {
            Cache = lost.Cache.Settings,
            FeatureTimeout = TimeSpan.FromMilliseconds(250),
            Predictions = log,
        });
        var answers = new ConcurrentQueue<(float[] Elements, string? Defaults, TimeSpan Took)>();
        using var ending = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!ending.IsCancellationRequested)
            {
                var began = Stopwatch.GetTimestamp();
                var (elements, defaults) = await InferAsync(service, "1", "40");
                answers.Enqueue((elements, defaults, Stopwatch.GetElapsedTime(began)));
            }
        })).ToArray();
        await MoreAsync(static defaults => defaults is null, "features were never read");

        // 1 It accepts connections and answers nothing for five seconds.
        var paused = await RedisServer.SendAsync(
            lost.Cache.Address, lost.Cache.Password, "CLIENT PAUSE 5000", TestContext.Current.CancellationToken);
        Assert.StartsWith("+OK", paused, StringComparison.Ordinal);
        await MoreAsync(static defaults => defaults is not null, "a cache that hangs held up predictions");
        await MoreAsync(static defaults => defaults is null, "features were never read after the pause");

        // 2 It is killed, and comes back empty.
        await lost.Cache.KillAsync();
        await MoreAsync(static defaults => defaults is not null, "predictions did not go on without the cache");
        await lost.Cache.RestartAsync();
        // It follows for as long as it takes to notice that the cache is empty.
        var following = Task.Run(async () =>
        {
            while (!ending.IsCancellationRequested)
            {
                await lost.FollowAsync();
                await Task.Delay(20);
            }
        });
        await MoreAsync(static defaults => defaults is null, "features were never read after the restart");

        await ending.CancelAsync();
        await following;
        await Task.WhenAll(callers);
        // Every request was answered, with all of its features or with defaults, and the answer says which.
        Assert.All(answers, static answer =>
        {
            Assert.Equal(answer.Defaults is null ? [1, 40, 10, 4] : [0, 40, 0, -1], answer.Elements);
            Assert.True(answer.Defaults is null or "card-activity=unavailable", answer.Defaults);
            Assert.True(answer.Took < TimeSpan.FromSeconds(60), $"an answer took {answer.Took}");
        });
        // So does each record.
        var statuses = (await RecordsAsync(service)).Select(static record => record.Views[0].Statuses[0]).ToList();
        Assert.Equal(answers.Count, statuses.Count);
        Assert.Equal(
            answers.Count(static answer => answer.Defaults is not null),
            statuses.Count(static status => status == RecordedStatus.Unavailable));
        Assert.Equal(
            answers.Count(static answer => answer.Defaults is null), statuses.Count(static status => status == RecordedStatus.Present));

        async Task MoreAsync(Func<string?, bool> isExpected, string failure)
        {
            var before = answers.Count(answer => isExpected(answer.Defaults));
            await RunningInference.UntilAsync(
                async () =>
                {
                    await Task.Delay(20, TestContext.Current.CancellationToken);
                    return answers.Count(answer => isExpected(answer.Defaults)) >= before + 20
                        || callers.Any(static caller => caller.IsFaulted);
                },
                failure);
        }
    }

    [Fact]
    public async Task The_record_has_the_features_their_view_and_their_sequences()
    {
        store.Pay(1, 1000);
        store.Pay(2, 500);
        await store.FollowAsync();
        var log = new PredictionLogSettings { Store = Predictions, Spool = folder.Combine("spool") };
        await using var service = await StartAsync(settings => settings with { Predictions = log });
        await InferAsync(service, "2,7", "5,6");
        var record = Assert.Single(await RecordsAsync(service));
        Assert.Equal(["card_id", "amount", "time", "x"], record.Inputs.Select(static input => input.Name));
        float[] expected = [1, 5, 5, 1, 0, 6, 0, -1];
        Assert.Equal(expected, MemoryMarshal.Cast<byte, float>(record.Inputs[3].Data.Span).ToArray());
        var view = Assert.Single(record.Views);
        Assert.Equal(("card-activity", 1, SomeFeatureStore.Engine.Digest), (view.View, view.Version, view.Digest));
        Assert.Equal([2, 0], view.Sequences);
        Assert.Equal([RecordedStatus.Present, RecordedStatus.Missing], view.Statuses);
    }

    [Fact]
    public async Task A_version_is_ready_once_its_view_is_filled()
    {
        store.Pay(1, 1000);
        var registry = new TemporaryFolder();
        await PublishAsync(registry);
        await using var service = await RunningInference.StartOnAsync(SettingsFor(registry), registry);
        await service.UntilNotReadyAsync("the feature view card-activity v1 is not filled");
        await store.FollowAsync();
        await service.UntilReadyAsync();
        var (elements, _) = await InferAsync(service, "1", "40");
        Assert.Equal([1, 40, 10, 4], elements);
    }

    [Fact]
    public async Task A_version_that_was_trained_with_another_definition_is_refused()
    {
        await store.FollowAsync();
        var other = SomeFeatureStore.Definition with { Tail = 64 };
        await using var service = await StartAsync(definition: other);
        Assert.NotEqual(0, service.ExitCode);
        Assert.Contains(
            service.Log,
            line => line.Message.Contains(SomeFeatureStore.Engine.Digest, StringComparison.Ordinal) &&
                line.Message.Contains(other.Digest, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_version_that_uses_features_needs_a_cache()
    {
        await using var service = await StartAsync(static settings => settings with { Cache = null });
        Assert.NotEqual(0, service.ExitCode);
        Assert.Contains(service.Log, static line => line.Message.Contains("it needs MODELSERVING_CACHE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("y", "card-activity.count_1d,a,b,c", "features.input is 'y'")]
    [InlineData("x", "card-activity.count_1d", "for 1 columns it must be FP32 or FP64 of the shape [-1,1]")]
    [InlineData("x", "other.count_1d,a,b,c", "features.views has no view 'other'")]
    public async Task A_version_whose_features_do_not_fit_is_not_published(string input, string columns, string fault)
    {
        var features = SomeFeatureStore.Features with { Input = input, Columns = columns.Split(',') };
        using var registry = new TemporaryFolder();
        var e = await Assert.ThrowsAsync<RegistryException>(() => PublishAsync(registry, features));
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(registry.FullPath, "manifest.json", SearchOption.AllDirectories));
    }

    private static Task<Manifest> PublishAsync(TemporaryFolder registry, ModelFeatures? features = null)
    {
        SomeFeatureStore.Publish(registry);
        return new ModelRegistry(RegistryLocation.Open("file:" + registry.FullPath), TimeProvider.System).PublishAsync(
            RunningInference.Model,
            RunningInference.Version,
            Onnx,
            new TrainingInfo { Features = features ?? SomeFeatureStore.Features },
            default);
    }

    private InferenceSettings SettingsFor(TemporaryFolder registry) => new()
    {
        Model = RunningInference.Model,
        Version = RunningInference.Version,
        Registry = "file:" + registry.FullPath,
        Cache = store.Cache.Settings,
        FeatureTimeout = TimeSpan.FromSeconds(20),
    };

    private Task<RunningInference> StartAsync(
        Func<InferenceSettings, InferenceSettings>? change = null, ModelServing.Features.Definitions.ViewDefinition? definition = null) =>
        RunningInference.StartAsync(
            Onnx,
            settings =>
            {
                settings = settings with { Cache = store.Cache.Settings, FeatureTimeout = TimeSpan.FromSeconds(20) };
                return change?.Invoke(settings) ?? settings;
            },
            registry => SomeFeatureStore.Publish(registry, definition),
            new TrainingInfo { Features = SomeFeatureStore.Features });

    private static Task<HttpResponseMessage> SendAsync(RunningInference service, string body) =>
        service.Client.PostAsync(InferencePaths.Infer(RunningInference.Model), new StringContent(body));

    private static async Task<(float[] Elements, string? Defaults)> InferAsync(RunningInference service, string cards, string amounts)
    {
        using var answer = await SendAsync(service, SomeFeatureStore.Body(cards, amounts));
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode, body.GetRawText());
        return (
            [.. body.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(static element => element.GetSingle())],
            answer.Headers.TryGetValues(HeaderNames.FeatureDefaults, out var defaults) ? defaults.Single() : null);
    }

    // A stop ships everything.
    private async Task<IReadOnlyList<PredictionRecord>> RecordsAsync(RunningInference service)
    {
        await service.StopAsync();
        var log = PredictionStores.Open(Predictions, retentionDays: 30, oci: null);
        using var owned = log as IDisposable;
        var records = new List<PredictionRecord>();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 60;
        for (var minute = now - 60; minute <= now; minute++)
        {
            await foreach (var record in log.ReadAsync(RunningInference.Model, minute, CancellationToken.None))
                records.Add(record);
        }

        return records;
    }
}
