using System.Text.Json;
using ModelServing.Cli.Monitoring;
using ModelServing.Cli.Monitoring.Queries;
using ModelServing.Contracts.Monitoring;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Monitoring;

public class AlarmWatchTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset Start = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private readonly SetTime time = new() { Now = Start };
    private readonly DatapointStore datapoints;
    private readonly QueryEvaluation evaluation;

    public AlarmWatchTests()
    {
        datapoints = new DatapointStore(Minute, time);
        evaluation = new QueryEvaluation(datapoints, Minute);
    }

    [Fact]
    public void It_fires_once_the_query_has_held_for_the_pending_time_and_not_again()
    {
        var watch = Watch(pending: 3);

        Assert.Equal(["", "", "OkToFiring 2", "", "FiringToOk 2"], Minutes(watch, 5, 5, 5, 5, 0));
    }

    [Fact]
    public void A_pending_time_of_one_minute_fires_at_the_first_bad_minute() =>
        Assert.Equal(["", "OkToFiring 2"], Minutes(Watch(pending: 1), 0, 5));

    [Fact]
    public void A_good_minute_and_a_missing_one_restart_the_pending_time() =>
        Assert.Equal(["", "", "", "", "", "OkToFiring 2"], Minutes(Watch(pending: 2), 5, 0, 5, null, 5, 5));

    [Fact]
    public void A_firing_stream_that_becomes_absent_is_reset_after_ten_minutes_and_the_slack()
    {
        var watch = Watch(pending: 1);
        double?[] values = [5, .. Enumerable.Repeat((double?)null, 13)];

        var changes = Minutes(watch, values);

        Assert.Equal("OkToFiring 2", changes[0]);
        Assert.All(changes[1..^1], Assert.Empty);
        Assert.Equal("Reset 2", changes[^1]);
        Assert.Empty(watch.Firing);
    }

    [Fact]
    public void Firing_streams_are_listed()
    {
        var watch = Watch(pending: 1);
        _ = Minutes(watch, 5, 5);

        var firing = Assert.Single(watch.Firing);
        Assert.Equal(("too-much", "2", Start + Minute), (firing.Alarm, firing.Dimensions["version"], firing.Since));
    }

    [Fact]
    public void The_message_has_the_members_of_Monitorings_own()
    {
        var watch = Watch(pending: 1);
        Post(5);
        var transition = Assert.Single(watch.Evaluate(evaluation, time.Now));

        using var message = JsonDocument.Parse(AlarmMessageWriter.Write(transition, "modelserving-dev-too-much"));

        var root = message.RootElement;
        Assert.Equal(
            [
                "dedupeKey",
                "title",
                "body",
                "type",
                "severity",
                "timestampEpochMillis",
                "timestamp",
                "alarmMetaData",
                "notificationType",
                "version",
            ],
            root.EnumerateObject().Select(static member => member.Name));
        Assert.Equal(
            ("OK_TO_FIRING", "CRITICAL", "2026-11-27T12:01:00.000Z"),
            (root.GetProperty("type").GetString(), root.GetProperty("severity").GetString(), root.GetProperty("timestamp").GetString()));
        var alarm = Assert.Single(root.GetProperty("alarmMetaData").EnumerateArray());
        Assert.Equal(
            ("FIRING", "M[1m].mean() > 1", 1),
            (alarm.GetProperty("status")
                .GetString(), alarm.GetProperty("query").GetString(), alarm.GetProperty("totalMetricsFiring").GetInt32()));
        Assert.Equal("2", Assert.Single(alarm.GetProperty("dimensions").EnumerateArray()).GetProperty("version").GetString());
        Assert.Equal("5", Assert.Single(alarm.GetProperty("metricValues").EnumerateArray()).GetProperty("M[1m].mean()").GetString());
    }

    private static AlarmWatch Watch(int pending) => new(new AlarmDefinition
    {
        Name = "too-much",
        Namespace = "ns",
        Query = "M[1m].mean() > 1",
        Pending = TimeSpan.FromMinutes(pending),
        Severity = AlarmSeverity.Critical,
        Route = AlarmRoute.Rollback,
        Text = "Too much.",
    });

    // The changes in each minute; null is a minute without a datapoint.
    private List<string> Minutes(AlarmWatch watch, params double?[] values) => [.. values.Select(value =>
    {
        if (value is { } number)
            Post(number);
        else
            time.Now += Minute;
        return string.Join(
            ' ',
            watch.Evaluate(evaluation, time.Now).Select(static change => $"{change.Change} {change.Stream["version"]}"));
    })];

    private void Post(double value)
    {
        Assert.Empty(datapoints.Add(new MetricPost([new MetricData
        {
            Namespace = "ns",
            Name = "M",
            Dimensions = new Dictionary<string, string> { ["version"] = "2" },
            Datapoints = [new MetricDatapoint(time.Now, value)],
        }])));
        time.Now += Minute;
    }
}
