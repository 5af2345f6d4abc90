using System.Text.RegularExpressions;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Services.Tests.Cache;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Reporting;

/// <summary>The reports of a running service, read from the cache as ModelMetrics does.</summary>
public sealed class CountReporterTests : IAsyncLifetime
{
    private const string Good = """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}""";
    private const string NonFinite = """{"inputs":[{"name":"x","shape":[1],"datatype":"FP64","data":[0]}]}""";
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(1);

    // Reports that a busy machine delays are still in time.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private TestedCache cache = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => cache = await TestedGarnet.StartAsync();

    public ValueTask DisposeAsync() => cache.DisposeAsync();

    [Fact]
    public async Task Each_request_is_reported_once_by_variant_and_trial_and_the_last_report_says_that_the_process_is_leaving()
    {
        await using var service = await StartAsync(change: static settings => settings with { Minute = Long });
        for (var i = 0; i < 5; i++)
            await InferAsync(service, Good, 200, "canary", "2");
        await InferAsync(service, "{}", 400, "canary", "2");
        await InferAsync(service, Good, 200, "stable", "1");
        await InferAsync(service, Good, 200);
        await service.StopAsync();

        var reports = await ReadAsync(Long);
        Assert.Equal(
            [("canary", 2, 6L, 1L), ("direct", 0, 1, 0), ("stable", 1, 1, 0)],
            reports.SelectMany(static report => report.Streams)
                .GroupBy(static stream => (stream.Variant, stream.Trial))
                .OrderBy(static stream => stream.Key.Variant, StringComparer.Ordinal)
                    .Select(
                        static streams =>
                            (
                                streams.Key.Variant,
                                streams.Key.Trial,
                                streams.Sum(static s => s.Counts.Requests),
                                streams.Sum(static s => s.Counts.Count(AnswerKind.ClientError)))));
        Assert.Single(reports, static report => report.IsLeaving);
        Assert.Single(reports.Select(static report => report.Incarnation).Distinct());
        Assert.All(reports, static report => Assert.Equal(RunningInference.Version, report.Version));
    }

    [Fact]
    public async Task A_non_finite_answer_is_counted_as_non_finite()
    {
        // 0 / 0
        await using var service = await StartAsync(SomeOnnx.Model(
            [SomeOnnx.Value("x", Datatype.Fp64, [-1])],
            [SomeOnnx.Value("y", Datatype.Fp64, [-1])],
            SomeOnnx.Node("Div", ["x", "x"], ["y"])), static settings => settings with { Minute = Long });
        await InferAsync(service, NonFinite, 200, "canary", "1");
        await service.StopAsync();
        Assert.Equal(
            1,
            (await ReadAsync(Long))
                .SelectMany(static report => report.Streams)
                .Sum(static stream => stream.Counts.Count(AnswerKind.NonFinite)));
    }

    [Fact]
    public async Task A_process_without_requests_reports_that_it_is_running()
    {
        await using var service = await StartAsync();
        await RunningInference.UntilAsync(async () => (await ReadAsync()).Count > 0, "it never reported");
        Assert.All(await ReadAsync(), static report => Assert.Empty(report.Streams));
    }

    [Fact]
    public async Task Requests_do_not_wait_for_an_unavailable_cache_and_are_reported_when_it_is_back()
    {
        await cache.KillAsync();
        await using var service = await StartAsync(change: static settings => settings with { Minute = Long });
        await InferAsync(service, Good, 200, "canary", "1");
        await cache.RestartAsync();
        await RunningInference.UntilAsync(
            async () => (await ReadAsync(Long))
                .SelectMany(static report => report.Streams)
                .Sum(static stream => stream.Counts.Requests) == 1,
            "it never reported the request");
    }

    [Fact]
    public async Task Counts_that_can_not_be_reported_for_too_long_are_dropped_and_counted()
    {
        await cache.KillAsync();
        await using var service = await StartAsync();
        await InferAsync(service, Good, 200, "canary", "1");
        var metrics = "";
        await RunningInference.UntilAsync(
            async () => Regex.IsMatch(
                metrics = await service.Client.GetStringAsync(InferencePaths.Metrics, Token),
                """modelserving_inference_unreported_requests_total\{[^}]*reason="cache-unavailable"[^}]*\} [1-9]"""),
            () => $"it never dropped them: {metrics}");
    }

    [Fact]
    public async Task It_serves_without_a_cache()
    {
        await using var service = await StartAsync(change: static settings => settings with { Cache = null });
        await InferAsync(service, Good, 200, "canary", "1");
    }

    private Task<RunningInference> StartAsync(byte[]? onnx = null, Func<InferenceSettings, InferenceSettings>? change = null)
    {
        return RunningInference.StartAsync(onnx ?? SomeOnnx.Identity(Datatype.Fp32, -1), settings =>
        {
            settings = settings with { Cache = cache.Settings, Environment = "dev", Minute = Minute };
            return change?.Invoke(settings) ?? settings;
        });
    }

    private static async Task InferAsync(RunningInference service, string body, int status, string? variant = null, string? trial = null)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            InferencePaths.Infer(RunningInference.Model))
        { Content = new StringContent(body) };
        if (variant is not null)
            request.Headers.Add(HeaderNames.ModelVariant, variant);
        if (trial is not null)
            request.Headers.Add(HeaderNames.ModelTrial, trial);
        using var answer = await service.Client.SendAsync(request, Token);
        Assert.True((int)answer.StatusCode == status, await answer.Content.ReadAsStringAsync(Token));
    }

    // Reads all minutes that this test can have run in.
    private async Task<IReadOnlyList<ProcessReport>> ReadAsync(TimeSpan? length = null)
    {
        var reports = new MinuteReports(cache.Open(), "dev", length ?? Minute);
        var now = MinuteReports.NumberOf(TimeProvider.System.GetUtcNow(), length ?? Minute);
        var read = await Task.WhenAll(Enumerable.Range(0, 100)
            .Select(back => reports.ReadAsync(RunningInference.Model, now - back, Token)));
        return [.. read.SelectMany(static minute => minute.Processes)];
    }
}
