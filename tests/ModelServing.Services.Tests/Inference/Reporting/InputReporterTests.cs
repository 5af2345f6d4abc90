using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using ModelServing.Features.Definitions;
using ModelServing.Functions.ModelMetrics;
using ModelServing.Registry;
using ModelServing.Registry.Profiles;
using ModelServing.Services.Tests.Inference.Features;
using ModelServing.Services.Tests.Registry.Profiles;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Reporting;

/// <summary>The reports of a running service about its inputs, read from the cache as ModelMetrics does.</summary>
public sealed class InputReporterTests : IAsyncLifetime
{
    // So an hour has three minutes, which is longer than any pause of a busy machine.
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(3);

    private SomeFeatureStore store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => store = await SomeFeatureStore.StartAsync();

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task The_features_and_values_of_assigned_requests_are_counted_into_the_bins_of_training()
    {
        store.Pay(1, 1000, 3000);
        await store.FollowAsync();
        await using var service = await StartAsync(SomeOnnx.Identity(Datatype.Fp32, -1, 4), new TrainingInfo
        {
            Features = SomeFeatureStore.Features,
            Profile = new TrainingProfile
            {
                Columns =
                [
                    ColumnProfilerTests.Profile([0, 1, 2, 3], "card-activity.count_1d"),
                    ColumnProfilerTests.Profile([1, 10, 100], "amount"),
                    ColumnProfilerTests.Profile([1, 2], "label"),
                ],
            },
        });
        // Two rows of a card with two payments, and one without any.
        var body = SomeFeatureStore.Body("1,1,7", "10,50,500");
        await SendAsync(service, body, "stable");
        await SendAsync(service, body, "stable");
        await SendAsync(service, body, "pinned");
        await SendAsync(service, body, null);

        IReadOnlyList<InputCounts> inputs = [];
        await RunningInference.UntilAsync(
            async () => (inputs = await ReadAsync()).Any(static input => input.Serving.Sum() == 6),
            () => $"the rows were never reported: {string.Join(';', inputs.Select(static input => string.Join(',', input.Serving)))}");
        Assert.Equal(["amount", "card-activity.count_1d"], inputs.Select(static input => input.Name).Order(StringComparer.Ordinal));
        var byName = inputs.ToDictionary(static input => input.Name);
        Assert.Equal([0L, 2, 0, 4, 0], byName["card-activity.count_1d"].Serving);
        Assert.Equal([0L, 1, 1, 1, 1], byName["card-activity.count_1d"].Training);
        Assert.Equal([0L, 0, 2, 4], byName["amount"].Serving);
    }

    [Fact]
    public async Task The_inputs_of_a_model_without_feature_views_are_counted_too()
    {
        await using var service = await StartAsync(SomeOnnx.Identity(Datatype.Fp64, -1), new TrainingInfo
        {
            Profile = new TrainingProfile { Columns = [ColumnProfilerTests.Profile([1, 2], "x")] },
        });
        await SendAsync(service, """{"inputs":[{"name":"x","shape":[3],"datatype":"FP64","data":[1,5,-2]}]}""", "canary");
        IReadOnlyList<InputCounts> inputs = [];
        await RunningInference.UntilAsync(
            async () => (inputs = await ReadAsync()).Any(static input => input.Serving.Sum() == 3), "the rows were never reported");
        Assert.Equal([0L, 2, 1], inputs.Single().Serving);
    }

    // From requests to the metric that the alarm feature-skew queries.
    [Theory]
    [InlineData(0, 0, 0.02)]
    [InlineData(500, SkewFigures.Large, 100)]
    public async Task A_shifted_input_has_a_large_metric_and_an_unshifted_one_has_not(int shift, double least, double most)
    {
        await using var service = await StartAsync(SomeOnnx.Identity(Datatype.Fp64, -1), new TrainingInfo
        {
            Profile = new TrainingProfile
            {
                Columns = [ColumnProfilerTests.Profile(Enumerable.Range(0, 2000).Select(static i => (float)i), "x")],
            },
        });
        var values = string.Join(',', Enumerable.Range(0, 1000).Select(i => (i * 2) + shift));
        await SendAsync(service, $$"""{"inputs":[{"name":"x","shape":[1000],"datatype":"FP64","data":[{{values}}]}]}""", "stable");
        var posted = new List<MetricData>();
        await RunningInference.UntilAsync(
            async () =>
            {
                var now = MinuteReports.NumberOf(TimeProvider.System.GetUtcNow(), Minute);
                posted.AddRange(new InputNumbers(MinuteReports.StartOf(now - 1, Minute), Minute).Compute(
                    RunningInference.Model, await new InputReports(store.Cache.Open(), "local", Minute)
                        .ReadAsync(RunningInference.Model, now - 1, Token)));
                return posted.Count > 0;
            },
            "the metric was never posted");
        Assert.Equal(ModelMetric.FeaturePsi, posted[0].Name);
        Assert.InRange(posted[0].Datapoints.Single().Value, least, most);
    }

    [Fact]
    public void A_feature_that_depends_on_the_time_alone_is_recognised()
    {
        var view = SomeFeatureStore.Definition with
        {
            Features =
            [
                .. SomeFeatureStore.Definition.Features,
                new ExpressionFeature { Name = "is_night", Expression = "if(hour(time) <= 6, 1, 0)" },
                new ExpressionFeature { Name = "is_day", Expression = "1 - is_night" },
                new ExpressionFeature { Name = "at_night", Expression = "is_night * count_1d" },
                new ExpressionFeature { Name = "night_amount", Expression = "is_night * amount" },
            ],
        };
        Assert.Equal(
            ["is_day", "is_night"],
            view.Features.Select(static feature => feature.Name).Where(view.IsOfTimeAlone).Order(StringComparer.Ordinal));
    }

    private Task<RunningInference> StartAsync(byte[] onnx, TrainingInfo training) => RunningInference.StartAsync(
        onnx,
        settings => settings with
        {
            Cache = store.Cache.Settings,
            Environment = "local",
            Minute = Minute,
            FeatureTimeout = TimeSpan.FromSeconds(20),
        },
        static registry => SomeFeatureStore.Publish(registry),
        training);

    private static async Task SendAsync(RunningInference service, string body, string? variant)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, InferencePaths.Infer(RunningInference.Model))
        {
            Content = new StringContent(body),
        };
        if (variant is not null)
        {
            request.Headers.Add(HeaderNames.ModelVariant, variant);
            request.Headers.Add(HeaderNames.ModelTrial, "1");
        }

        using var answer = await service.Client.SendAsync(request, Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    // The newest report of the last minutes.
    private async Task<IReadOnlyList<InputCounts>> ReadAsync()
    {
        var reports = new InputReports(store.Cache.Open(), "local", Minute);
        var now = MinuteReports.NumberOf(TimeProvider.System.GetUtcNow(), Minute);
        for (var back = 0; back < 30; back++)
        {
            if (await reports.ReadAsync(RunningInference.Model, now - back, Token) is [var newest, ..])
            {
                Assert.Equal(RunningInference.Version, newest.Version);
                return newest.Report.Inputs;
            }
        }

        return [];
    }
}
