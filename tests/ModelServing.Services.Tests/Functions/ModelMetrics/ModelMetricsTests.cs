using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Contracts.Monitoring;
using ModelServing.Functions.ModelMetrics;
using ModelServing.Registry.Profiles;
using ModelServing.Services.Tests.Cache.Reports;
using ModelServing.Services.Tests.Journal;
using ModelServing.Services.Tests.Oci;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.Monitoring;
using static ModelServing.Services.Tests.Cache.Reports.SomeReports;
using static ModelServing.Services.Tests.Functions.ModelMetrics.TestedModelMetrics;

namespace ModelServing.Services.Tests.Functions.ModelMetrics;

public sealed class ModelMetricsTests : IAsyncLifetime
{
    private TestedModelMetrics tested = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => tested = await StartAsync();

    public ValueTask DisposeAsync() => tested.DisposeAsync();

    [Fact]
    public async Task A_past_minute_is_posted_once_with_its_start_as_the_time()
    {
        await ReportMinuteAsync();
        var (status, report) = await tested.RunAsync();

        Assert.Equal(200, status);
        Assert.Equal(
            ["fraud/1/canary/2 at 11:59:00: 0 x 54", "fraud/1/canary/2 at 11:59:01: 1 x 6", "fraud/1/stable/1 at 11:59:00: 0 x 540"],
            tested.Taken(ModelMetric.Failure).Order(StringComparer.Ordinal));
        Assert.Equal(["fraud/1/canary/2 at 11:59:00: 0.05 x 60"], tested.Taken(ModelMetric.FailureExcess));
        Assert.Equal(
            [("canary", "true"), ("stable", "false")],
            tested.Monitoring.Accepted.Select(static stream => stream["dimensions"]!)
                .Where(static dimensions => dimensions["variant"] is not null)
                    .Select(static dimensions => ((string)dimensions["variant"]!, (string)dimensions["watched"]!)).Distinct().Order());
        Assert.Equal(1, (int?)report["models"]);
        Assert.Contains("2026-05-04T11:59:00", report["minutes"]!.ToJsonString(), StringComparison.Ordinal);

        var posted = tested.Monitoring.Accepted.Count;
        tested.Time.Now += TimeSpan.FromSeconds(30);
        Assert.Empty((await tested.RunAsync()).Report["minutes"]!.AsArray());
        Assert.Equal(posted, tested.Monitoring.Accepted.Count);
    }

    [Fact]
    public async Task Concurrent_runs_post_each_minute_once()
    {
        await ReportMinuteAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => tested.RunAsync()));
        Assert.Equal(ModelMetricsHandler.Back, tested.Taken(ModelMetric.Heartbeat).Count());
        Assert.Equal(ModelMetricsHandler.Back, tested.Taken(ModelMetric.Heartbeat).Distinct().Count());
        Assert.Equal(2, tested.Taken(ModelMetric.Requests).Count());
    }

    [Fact]
    public async Task The_last_reports_of_a_minute_have_a_sixth_of_a_minute_to_arrive()
    {
        tested.Time.Now = Noon + TimeSpan.FromSeconds(9);
        await ReportMinuteAsync();
        await tested.RunAsync();
        Assert.Empty(tested.Taken(ModelMetric.Requests));
        tested.Time.Now = Noon + TimeSpan.FromSeconds(10);
        await tested.RunAsync();
        Assert.Equal(2, tested.Taken(ModelMetric.Requests).Count());
    }

    [Fact]
    public async Task A_few_missed_minutes_are_posted_later_but_not_more()
    {
        var canary = Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 1)));
        for (var back = 0; back < 8; back++)
            await tested.ReportAsync(LastMinute - back, canary);
        await tested.RunAsync();
        Assert.Equal(
            Enumerable.Range(55, ModelMetricsHandler.Back).Select(static minute => $"fraud/1/canary/2 at 11:{minute}:00: 1 x 1"),
            tested.Taken(ModelMetric.Requests));
    }

    [Fact]
    public async Task After_a_crash_between_post_and_mark_another_run_posts_the_same_means()
    {
        await ReportMinuteAsync();
        // Like a run that crashed before it posted anything.
        await new PostedMinutes(tested.Cache.Open(), TestedModelMetrics.Environment, TimeSpan.FromMinutes(1)).TakeAsync(
            LastMinute,
            Guid.NewGuid(),
            TimeSpan.FromMilliseconds(200),
            Token);
        while (!tested.Taken(ModelMetric.Requests).Any())
            await tested.RunAsync();
        Assert.Equal(2, tested.Taken(ModelMetric.Requests).Count());
    }

    [Fact]
    public async Task After_a_failed_post_another_run_can_post_the_minute()
    {
        tested.Settings = tested.Settings with { Minute = TimeSpan.FromSeconds(2) };
        tested.Monitoring.Faults.Add(MonitoringOperation.PostMetricData, Fault.Status(400, "InvalidParameter"), times: 1);
        var (status, report) = await tested.RunAsync();
        Assert.Equal(502, status);
        Assert.Contains("400 InvalidParameter", Faults(report), StringComparison.Ordinal);
        Assert.Empty(report["minutes"]!.AsArray());
        while (tested.Taken(ModelMetric.Heartbeat).Count() < ModelMetricsHandler.Back)
            await tested.RunAsync();
    }

    [Fact]
    public async Task Batches_have_at_most_fifty_streams()
    {
        for (var i = 0; i < 12; i++)
            await tested.ReportAsync(
                LastMinute,
                Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 1))),
                ModelName.Parse($"m-{i}"));
        await tested.RunAsync();
        Assert.Equal(12, tested.Taken(ModelMetric.Requests).Count());
        Assert.All(
            tested.Monitoring.Requests.Where(static request => request.Operation == MonitoringOperation.PostMetricData),
            static request => Assert.Equal("/20180401/metrics", request.Target));
        Assert.True(tested.Monitoring.Count(MonitoringOperation.PostMetricData) > ModelMetricsHandler.Back);
    }

    [Fact]
    public async Task A_refused_stream_is_reported_and_the_others_are_posted()
    {
        await ReportMinuteAsync();
        tested.Monitoring.Refuse = static stream => (string?)stream["name"] == ModelMetric.Share ? "no shares today" : null;
        var (status, report) = await tested.RunAsync();
        Assert.Equal(502, status);
        Assert.Contains("refused 2 of", Faults(report), StringComparison.Ordinal);
        Assert.Contains("as Share: no shares today", Faults(report), StringComparison.Ordinal);
        Assert.Equal(2, report["minutes"]!.AsArray().Sum(static minute => (int)minute!["refused"]!));
        Assert.Equal(2, tested.Taken(ModelMetric.Requests).Count());
    }

    [Fact]
    public async Task Without_the_cache_no_heartbeat_is_posted_and_the_answer_has_the_reason()
    {
        await tested.Cache.KillAsync();
        var (status, report) = await tested.RunAsync();
        Assert.Equal(503, status);
        Assert.Contains("at the cache", Faults(report), StringComparison.Ordinal);
        Assert.Equal(0, tested.Monitoring.Count(MonitoringOperation.PostMetricData));

        await tested.Cache.RestartAsync();
        Assert.Equal(200, (await tested.RunAsync()).Status);
        Assert.NotEmpty(tested.Taken(ModelMetric.Heartbeat));
    }

    [Fact]
    public async Task A_minute_without_any_model_has_a_heartbeat()
    {
        await tested.RunAsync();
        Assert.Contains("dev at 11:59:00: 1 x 1", tested.Taken(ModelMetric.Heartbeat));
    }

    [Fact]
    public async Task A_refused_rollout_stays_refused_until_another_is_served()
    {
        await ReportMinuteAsync();
        var handler = tested.Start();
        await tested.Journal.AppendAsync(SomeEvents.Applied(SomeEvents.Plan(1)), Token);
        await tested.Journal.AppendAsync(SomeEvents.Refused(SomeEvents.Plan(2), 2), Token);
        await RunAsync(handler);
        Assert.Contains("fraud at 11:59:00: 1 x 1", tested.Taken(ModelMetric.RefusedRollout));

        await tested.Journal.AppendAsync(SomeEvents.Applied(SomeEvents.Plan(1)), Token);
        tested.Time.Now += TimeSpan.FromMinutes(1);
        await RunAsync(handler);
        Assert.Contains("fraud at 12:00:00: 0 x 1", tested.Taken(ModelMetric.RefusedRollout));
    }

    [Fact]
    public async Task A_stream_that_stopped_reporting_is_posted_as_missing_for_some_minutes()
    {
        await tested.ReportAsync(LastMinute, Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 1))));
        for (var minute = 0; minute < 14; minute++)
        {
            await tested.RunAsync();
            tested.Time.Now += TimeSpan.FromMinutes(1);
        }

        Assert.Equal(
            [
                .. (string[])["fraud/1/canary/2 at 11:59:00: 1 x 1"],
                .. Enumerable.Range(0, ModelMetricsHandler.Missed).Select(static minute => $"fraud/1/canary/2 at 12:{minute:00}:00: 0 x 1"),
            ],
            tested.Taken(ModelMetric.Reporting));
    }

    [Fact]
    public async Task Alarms_query_only_posted_metrics()
    {
        await ReportMinuteAsync();
        await tested.ReportAsync(LastMinute, Process(Two) with { Log = new LogReport(1, TimeSpan.FromSeconds(1), 0, 0) });
        await tested.ReportAsync(LastMinute, SomeFeatures);
        await tested.ReportAsync(LastMinute, Two, new InputCounts("amount", [500, 500], [500, 500]));
        await tested.Journal.AppendAsync(SomeEvents.Applied(SomeEvents.Plan(1, 2)), Token);
        await tested.RunAsync();
        var posted = tested.Monitoring.Accepted.GroupBy(static stream => ((string)stream["namespace"]!, (string)stream["name"]!))
            .ToDictionary(
                static streams => streams.Key,
                static streams => streams.SelectMany(static stream => stream["dimensions"]!.AsObject().Select(static one => one.Key))
                    .ToHashSet());

        foreach (var alarm in ModelAlarms.All)
        {
            var metrics = Regex.Matches(alarm.Query, @"([A-Za-z][A-Za-z0-9._$-]*)\[")
                .Select(static match => match.Groups[1].Value)
                .Distinct()
                .ToList();
            Assert.NotEmpty(metrics);
            var dimensions = Regex.Matches(alarm.Query, @"groupBy\(([^)]*)\)")
                .SelectMany(static match => match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries))
                    .Concat(Regex.Matches(alarm.Query, @"\{([^}]*)\}")
                        .SelectMany(static match => Regex.Matches(match.Groups[1].Value, @"([A-Za-z]+)\s*(?:=|!=|=~)")
                            .Select(static one => one.Groups[1].Value)))
                    .Distinct();
            foreach (var metric in metrics)
            {
                Assert.True(
                    posted.TryGetValue((alarm.Namespace, metric), out var has),
                    $"{alarm.Name} asks for {metric}, which is not posted");
                Assert.Empty(dimensions.Except(has!));
            }
        }

        // And vice versa: every metric in Contracts is posted.
        Assert.Equal(
            MetricNamesOfContracts.Order(StringComparer.Ordinal),
            posted.Keys.Select(static key => key.Item2).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_feature_servers_report_is_posted_with_each_view()
    {
        await tested.ReportAsync(LastMinute, SomeFeatures);
        await tested.RunAsync();
        Assert.Equal([1.0], Values(ModelMetric.FeatureServerReporting, ModelMetric.Environment));
        Assert.Equal([4.0], Values(ModelMetric.FeatureEventsUnshipped, ModelMetric.Environment));
        Assert.Equal([1.25], Values(ModelMetric.FeatureEventsOverdueSeconds, ModelMetric.Environment));
        Assert.Equal([0.75], Values(ModelMetric.FeatureLogShare, ModelMetric.Environment));
        Assert.Equal([1.0, 0.0], Values(ModelMetric.FeatureViewFilled, ModelMetric.View, ModelMetric.Version));
        // A view that is being filled has no delay, and its old events are not late.
        Assert.Equal([2.5], Values(ModelMetric.FeatureViewDelaySeconds, ModelMetric.View, ModelMetric.Version));
        Assert.Equal([0.0, 1.0], Values(ModelMetric.FeatureEventsLate, ModelMetric.View, ModelMetric.Version));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_feature_server_that_is_missing_is_posted_unless_it_stopped_regularly(bool isLeaving)
    {
        await tested.ReportAsync(LastMinute - 3, SomeFeatures);
        await tested.ReportAsync(LastMinute - 2, SomeFeatures with { IsLeaving = isLeaving });
        await tested.RunAsync();
        Assert.Equal(
            isLeaving ? [1.0, 1.0] : [1.0, 1.0, 0.0, 0.0],
            Values(ModelMetric.FeatureServerReporting, ModelMetric.Environment));
    }

    [Fact]
    public async Task A_report_about_features_that_cannot_be_read_is_a_fault_and_the_rest_is_posted()
    {
        await ReportMinuteAsync();
        await tested.Cache.Open().QueryAsync(
            "",
            static multiplexer => multiplexer.GetDatabase().StringSetAsync(
                $"{{ms:{TestedModelMetrics.Environment}:reports}}:features:{LastMinute}", "{}"),
            Token);
        var (status, report) = await tested.RunAsync();
        Assert.Equal(502, status);
        Assert.Contains("the report about features can't be read", Faults(report), StringComparison.Ordinal);
        Assert.Equal(2, tested.Taken(ModelMetric.Requests).Count());
    }

    [Fact]
    public async Task A_firing_alarm_without_an_answer_is_answered_once()
    {
        await tested.Journal.AppendAsync(SomeEvents.Applied(SomeEvents.Plan(1, 2)), Token);
        tested.Monitoring.Set(
            "modelserving-dev-failure-rate",
            "FIRING",
            (Dimensions("canary", 2), "FIRING"),
            (Dimensions("stable", 1), "FIRING"));
        tested.Monitoring.Set("modelserving-prod-failure-rate", "FIRING", (Dimensions("canary", 3), "FIRING"));
        tested.Monitoring.Set("modelserving-dev-not-reporting", "FIRING", (Dimensions("canary", 2), "FIRING"));

        var (_, report) = await tested.RunAsync();
        Assert.Equal(
            ["condemned", "not-a-candidate"],
            report["firing"]!.AsArray().Select(static one => (string?)one!["outcome"]).Order(StringComparer.Ordinal));
        Assert.Equal(new ModelVersion(2), Assert.Single(await RolledBackAsync()).Version);

        (_, report) = await tested.RunAsync();
        Assert.Contains("already-condemned", report["firing"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Single(await RolledBackAsync());
    }

    [Fact]
    public async Task A_failed_query_of_the_alarms_loses_no_post()
    {
        await ReportMinuteAsync();
        tested.Monitoring.Faults.Add(MonitoringOperation.ListAlarmsStatus, Fault.Status(404, "NotAuthorizedOrNotFound"));
        var (status, report) = await tested.RunAsync();
        Assert.Equal(502, status);
        Assert.Contains("alarms' states can't be read", Faults(report), StringComparison.Ordinal);
        Assert.Equal(2, tested.Taken(ModelMetric.Requests).Count());
        Assert.Empty((await tested.RunAsync()).Report["minutes"]!.AsArray());
    }

    [Fact]
    public async Task Alarms_are_answered_while_the_cache_is_unavailable()
    {
        await tested.Journal.AppendAsync(SomeEvents.Applied(SomeEvents.Plan(1, 2)), Token);
        tested.Monitoring.Set("modelserving-dev-failure-rate", "FIRING", (Dimensions("canary", 2), "FIRING"));
        await tested.Cache.KillAsync();
        Assert.Equal(503, (await tested.RunAsync()).Status);
        Assert.Single(await RolledBackAsync());
    }

    [Fact]
    public async Task On_one_machine_a_stand_in_accepts_the_posts_and_lists_the_firing_alarms()
    {
        await tested.Journal.AppendAsync(SomeEvents.Applied(SomeEvents.Plan(1, 2)), Token);
        await ReportMinuteAsync();
        await using var standIn = new ServiceStandIn(request => request.StartLine.StartsWith("GET", StringComparison.Ordinal)
            ? ServiceStandIn.Json(System.Text.Encoding.UTF8.GetString(new FiringAlarms([new FiringAlarm(
                "failure-rate",
                Dimensions("canary", 2),
                Noon)]).ToUtf8()))
            : ServiceStandIn.Json(System.Text.Encoding.UTF8.GetString(new MetricPostAnswer(0).ToUtf8())));
        tested.Settings = tested.Settings with { Monitoring = standIn.Endpoint, Oci = null };

        var (status, _) = await tested.RunAsync();
        Assert.Equal(200, status);
        var posts = standIn.Requests.Where(static request => request.StartLine == $"POST {MetricPost.Path} HTTP/1.1")
            .SelectMany(static request => MetricPost.Parse(request.Body).MetricData)
            .ToList();
        // Monitoring would accept these posts.
        Assert.All(
            posts,
            static stream => Assert.Null(MetricRules.FaultOf(
                JsonNode.Parse(new MetricPost([stream]).ToUtf8())!["metricData"]![0]!.AsObject(),
                null,
                Noon)));
        Assert.Contains(posts, static stream => stream.Name == ModelMetric.FailureExcess);
        Assert.Single(await RolledBackAsync());
    }

    [Fact]
    public async Task The_largest_PSI_of_a_version_is_posted_over_all_of_its_processes()
    {
        await ReportMinuteAsync();
        InputCounts same = new("card-activity.count_1d", [0, 5000, 5000], [0, 300, 300]);
        // Together, the processes have enough rows.
        await tested.ReportAsync(LastMinute, One, same, new InputCounts("amount", [0, 5000, 5000], [0, 310, 290]));
        await tested.ReportAsync(LastMinute, One, same, new InputCounts("amount", [0, 5000, 5000], [0, 290, 310]));
        await tested.ReportAsync(LastMinute, Two, same, new InputCounts("amount", [0, 5000, 5000], [0, 50, 550]));
        await tested.ReportAsync(LastMinute, Two, same, new InputCounts("amount", [0, 5000, 5000], [600, 0, 0]));
        // Alone it has too few, whatever its values are.
        await tested.ReportAsync(LastMinute, new ModelVersion(3), new InputCounts("amount", [5000, 5000], [999, 0]));
        await tested.RunAsync();
        List<string> taken = [.. tested.Taken(ModelMetric.FeaturePsi).Order(StringComparer.Ordinal)];
        Assert.Equal(2, taken.Count);
        Assert.Equal("fraud/1 at 11:59:00: 0 x 1", taken[0]);
        var psi = SkewFigures.Psi([0, 5000, 5000], [600, 50, 550]);
        Assert.True(psi > SkewFigures.Large, $"{psi}");
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"fraud/2 at 11:59:00: {psi:0.###} x 1"), taken[1]);
        Assert.Equal(["model", "version"], tested.Monitoring.Accepted.First(static stream =>
            (string?)stream["name"] == ModelMetric.FeaturePsi)["dimensions"]!.AsObject().Select(static one => one.Key).Order());
    }

    [Fact]
    public async Task Reports_about_inputs_that_can_not_be_read_are_a_fault_and_the_rest_is_posted()
    {
        await ReportMinuteAsync();
        await tested.ReportAsync(LastMinute, Two, new InputCounts("amount", [5000, 5000], [999]));
        var (status, report) = await tested.RunAsync();
        Assert.Equal(502, status);
        Assert.Contains("a report about inputs can't be read", Faults(report), StringComparison.Ordinal);
        Assert.Empty(tested.Taken(ModelMetric.FeaturePsi));
        Assert.NotEmpty(tested.Taken(ModelMetric.Failure));
    }

    /// <summary>The constants of <see cref="ModelMetric"/> that are metrics.</summary>
    private static FeatureReport SomeFeatures { get; } = new(
        4,
        1.25,
        0.75,
        [
            new ViewReport("card-activity", 1, IsFilled: true, 2.5, 100, 7),
            new ViewReport("card-activity", 2, IsFilled: false, 0, 0, 0),
        ]);

    // The values of all streams in the order of their times. Each stream must have exactly these dimensions.
    private List<double> Values(string metric, params string[] dimensions)
    {
        var streams = tested.Monitoring.Accepted.Where(stream => (string?)stream["name"] == metric).ToList();
        Assert.All(streams, stream => Assert.Equal(
            dimensions.Order(StringComparer.Ordinal),
            stream["dimensions"]!.AsObject().Select(static one => one.Key).Order(StringComparer.Ordinal)));
        return
        [
            .. streams.SelectMany(static stream => stream["datapoints"]!.AsArray())
                .OrderBy(static point => (string)point!["timestamp"]!, StringComparer.Ordinal)
                .Select(static point => (double)point!["value"]!),
        ];
    }

    internal static IEnumerable<string> MetricNamesOfContracts =>
        typeof(ModelMetric).GetFields().Select(static constant => (string)constant.GetRawConstantValue()!)
        .Where(static text => char.IsAsciiLetterUpper(text[0]));

    private static Dictionary<string, string> Dimensions(string variant, int version) => new()
    {
        [ModelMetric.Model] = Fraud.Text,
        [ModelMetric.Version] = version.ToString(CultureInfo.InvariantCulture),
        [ModelMetric.Variant] = variant,
        [ModelMetric.Trial] = "1",
    };

    private async Task ReportMinuteAsync()
    {
        await tested.ReportAsync(LastMinute, Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 54, failed: 6))));
        await tested.ReportAsync(LastMinute, Process(
            One, new VariantCounts("stable", 1, SomeReports.Count(answered: 540)), Compared(Comparison.Error, 3, 3)));
    }

    private async Task<List<RolledBackEvent>> RolledBackAsync() =>
        [.. (await tested.Journal.ReadAsync(Fraud, 0, Token)).OfType<RolledBackEvent>()];
}
