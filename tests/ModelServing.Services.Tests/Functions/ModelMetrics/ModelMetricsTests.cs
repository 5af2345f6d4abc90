using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Contracts.Monitoring;
using ModelServing.Functions.ModelMetrics;
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
        await tested.ReportMinuteAsync();
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
        await tested.ReportMinuteAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => tested.RunAsync()));
        Assert.Equal(ModelMetricsHandler.Back, tested.Taken(ModelMetric.Heartbeat).Count());
        Assert.Equal(ModelMetricsHandler.Back, tested.Taken(ModelMetric.Heartbeat).Distinct().Count());
        Assert.Equal(2, tested.Taken(ModelMetric.Requests).Count());
    }

    [Fact]
    public async Task The_last_reports_of_a_minute_have_a_sixth_of_a_minute_to_arrive()
    {
        tested.Time.Now = Noon + TimeSpan.FromSeconds(9);
        await tested.ReportMinuteAsync();
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
        await tested.ReportMinuteAsync();
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
        await tested.ReportMinuteAsync();
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
        await tested.ReportMinuteAsync();
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
        await tested.ReportMinuteAsync();
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
        await tested.ReportMinuteAsync();
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
        await tested.ReportMinuteAsync();
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

    /// <summary>The constants of <see cref="ModelMetric"/> that are metrics.</summary>
    private static IEnumerable<string> MetricNamesOfContracts =>
        typeof(ModelMetric).GetFields().Select(static constant => (string)constant.GetRawConstantValue()!)
        .Where(static text => char.IsAsciiLetterUpper(text[0]));

    private static Dictionary<string, string> Dimensions(string variant, int version) => new()
    {
        [ModelMetric.Model] = Fraud.Text,
        [ModelMetric.Version] = version.ToString(CultureInfo.InvariantCulture),
        [ModelMetric.Variant] = variant,
        [ModelMetric.Trial] = "1",
    };

    private async Task<List<RolledBackEvent>> RolledBackAsync() =>
        [.. (await tested.Journal.ReadAsync(Fraud, 0, Token)).OfType<RolledBackEvent>()];
}
