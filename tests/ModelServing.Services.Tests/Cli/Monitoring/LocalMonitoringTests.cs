using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using ModelServing.Cli;
using ModelServing.Cli.Monitoring;
using ModelServing.Cli.Up;
using ModelServing.Cli.Up.Functions;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Monitoring;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Monitoring;

/// <summary>From posted metrics to the call of Rollback, with a minute of two seconds.</summary>
public sealed class LocalMonitoringTests : IAsyncLifetime
{
    private const string Secret = "the run's secret";

    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(2);

    private readonly SteppedTime time = new();
    private readonly RecordedTerminal terminal = new();
    private readonly FunctionCaller functions = new(Secret);
    private readonly StandInFunctions standIn = new();
    private readonly HttpClient http = new();
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<AlarmTransition> changes = [];
    private LocalMonitoring? monitoring;
    private AlarmDelivery? delivery;

    public async ValueTask InitializeAsync()
    {
        await standIn.StartAsync();
        functions.SetAddress(new HostAddress(standIn.Address, 1));
        http.DefaultRequestHeaders.Add(HeaderNames.RunSecret, Secret);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (monitoring is not null)
            await monitoring.DisposeAsync();
        await standIn.DisposeAsync();
        functions.Dispose();
        http.Dispose();
        stop.Dispose();
    }

    [Fact]
    public async Task Posted_metrics_fire_the_alarm_and_its_message_reaches_Rollback()
    {
        await StartAsync(ModelAlarms.All);
        await PostAsync(failed: 20, succeeded: 80, ModelMetric.IsWatched);

        var found = After(minutes: 5);

        var change = Assert.Single(found);
        Assert.Equal(("failure-rate", AlarmChange.OkToFiring, "2"), (change.Alarm.Name, change.Change, change.Stream[ModelMetric.Version]));
        delivery!.Send(change);
        await RunningRouter.UntilAsync(() => standIn.Calls.Count == 1, "Rollback is called");
        Assert.Equal(FunctionPaths.PathOf(FunctionName.Rollback), standIn.Calls[0].Path);
        using var message = JsonDocument.Parse(standIn.Calls[0].Payload);
        Assert.Equal("modelserving-local-failure-rate", message.RootElement.GetProperty("title").GetString());
        Assert.Equal(
            "0.2, 100",
            string.Join(
                ", ",
                message.RootElement.GetProperty("alarmMetaData")[0].GetProperty("metricValues")[0].EnumerateObject()
                    .Select(static value => value.Value.GetString())));
        Assert.Contains("the alarm failure-rate fires", terminal.Output, StringComparison.Ordinal);
        var firing = FiringAlarms.Parse(await http.GetByteArrayAsync(new Uri(monitoring!.Address + FiringAlarms.Path)));
        Assert.Equal("failure-rate", Assert.Single(firing.Alarms).Alarm);
    }

    [Fact]
    public async Task A_minute_is_evaluated_only_after_its_slack()
    {
        await StartAsync(ModelAlarms.All);
        await PostAsync(failed: 20, succeeded: 80, ModelMetric.IsWatched);

        Assert.Empty(After(minutes: 3));
        Assert.Single(After(minutes: 1));
    }

    [Theory]
    [InlineData(20, 80, ModelMetric.IsNotWatched)]
    [InlineData(5, 95, ModelMetric.IsWatched)]
    [InlineData(15, 10, ModelMetric.IsWatched)]
    public async Task Stable_few_failures_and_few_requests_fire_nothing(int failed, int succeeded, string watched)
    {
        await StartAsync(ModelAlarms.All);
        await PostAsync(failed, succeeded, watched);

        Assert.Empty(After(minutes: 5));
    }

    [Fact]
    public async Task Another_threshold_in_the_query_changes_the_result()
    {
        var alarm = ModelAlarms.All.First(static alarm => alarm.Name == "failure-rate");
        await StartAsync([alarm with { Query = alarm.Query.Replace("mean() > 0.1", "mean() > 0.25", StringComparison.Ordinal) }]);
        await PostAsync(failed: 20, succeeded: 80, ModelMetric.IsWatched);

        Assert.Empty(After(minutes: 5));
    }

    [Fact]
    public async Task A_message_on_which_Rollback_failed_is_sent_again_a_minute_later()
    {
        await StartAsync(ModelAlarms.All);
        await PostAsync(failed: 20, succeeded: 80, ModelMetric.IsWatched);
        standIn.Status = 502;
        delivery!.Send(Assert.Single(After(minutes: 5)));
        await RunningRouter.UntilAsync(
            () => terminal.Output.Contains("failed on the message", StringComparison.Ordinal),
            "the failure is printed");

        standIn.Status = 200;
        await RunningRouter.UntilAsync(
            () =>
            {
                time.Advance(Minute);
                return standIn.Calls.Count == 2;
            },
            "it is sent again");
        Assert.Equal(standIn.Calls[0].Payload, standIn.Calls[1].Payload);
    }

    [Fact]
    public async Task An_invalid_post_is_refused_with_the_position_of_the_fault()
    {
        await StartAsync(ModelAlarms.All);
        using var content = new StringContent("""{"metricData":[{"namespace":"n"}]}""", null, "application/json");
        using var answer = await http.PostAsync(new Uri(monitoring!.Address + MetricPost.Path), content);

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("metricData[0]", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", MetricPost.Path, "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF44\r\n{}\r\n0\r\n\r\n", 400)]
    [InlineData("POST", MetricPost.Path, "Transfer-Encoding: chunked\r\n\r\nfive\r\n{}\r\n0\r\n\r\n", 400)]
    [InlineData("POST", MetricPost.Path, "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", 415)]
    [InlineData("GET", FiringAlarms.Path, "\r\n", 200)]
    [InlineData("HEAD", FiringAlarms.Path, "\r\n", 200)]
    public async Task It_reads_and_answers_requests_as_every_server_does(string method, string path, string rest, int status)
    {
        await StartAsync(ModelAlarms.All);
        var address = new Uri(monitoring!.Address);
        using var client = await RawConnection.ConnectAsync(IPEndPoint.Parse(address.Authority));
        var headers = $"Host: {address.Authority}\r\nContent-Type: Application/JSON\r\n{HeaderNames.RunSecret}: {Secret}\r\n";
        await client.SendAsync($"{method} {path} HTTP/1.1\r\n{headers}{rest}");
        var answer = (await client.ReadMessageAsync(toHead: method == "HEAD"))!;
        Assert.True(answer.Status == status, answer.Text);
        if (status == 200)
            Assert.Equal($"{new FiringAlarms([]).ToUtf8().Length}", answer["Content-Length"]);
    }

    [Fact]
    public async Task Connections_past_its_limit_are_refused()
    {
        await StartAsync(ModelAlarms.All);
        var address = IPEndPoint.Parse(new Uri(monitoring!.Address).Authority);
        var open = new List<RawConnection>();
        try
        {
            for (var i = 0; i < 64; i++)
            {
                open.Add(await RawConnection.ConnectAsync(address));
                await open[i].SendAsync(
                    $"GET {FiringAlarms.Path} HTTP/1.1\r\nHost: {address}\r\n{HeaderNames.RunSecret}: {Secret}\r\n\r\n");
                Assert.Equal(200, (await open[i].ReadMessageAsync())!.Status);
            }

            using var refused = await RawConnection.ConnectAsync(address);
            await refused.SendAsync("GET / HTTP/1.1\r\nHost: m\r\n\r\n");
            var answer = (await refused.ReadMessageAsync())!;
            Assert.Equal((503, "1", "close"), (answer.Status, answer["Retry-After"], answer["Connection"]));
        }
        finally
        {
            open.ForEach(static connection => connection.Dispose());
        }
    }

    [Theory]
    [InlineData("the run's secret", "127.0.0.1", "text/plain", 415)]
    [InlineData("the run's secret", "rebind.example", "application/json", 421)]
    [InlineData("another", "127.0.0.1", "application/json", 401)]
    [InlineData(null, "127.0.0.1", "application/json", 401)]
    public async Task A_post_from_anything_but_the_runs_programs_is_refused(string? secret, string host, string type, int status)
    {
        await StartAsync(ModelAlarms.All);
        using var stranger = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, monitoring!.Address + MetricPost.Path)
        {
            Content = new StringContent("""{"metricData":[]}""", null, type),
            Headers = { Host = host },
        };
        if (secret is not null)
            request.Headers.Add(HeaderNames.RunSecret, secret);
        using var answer = await stranger.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task An_alarm_whose_change_can_not_be_passed_on_does_not_stop_the_others()
    {
        var first = ModelAlarms.All.Single(static alarm => alarm.Name == "failure-rate");
        monitoring = new LocalMonitoring(
            [first, first with { Name = "another" }],
            Minute,
            change =>
            {
                if (change.Alarm == first)
                    throw new InvalidOperationException("made to fail");
                changes.Enqueue(change);
            },
            Secret,
            time);
        await monitoring.StartAsync(default);
        await PostAsync(failed: 20, succeeded: 80, ModelMetric.IsWatched);
        for (var minute = 0; minute < 5; minute++)
        {
            time.Advance(Minute);
            try
            {
                monitoring.EvaluateNow();
            }
            catch (AggregateException)
            {
                // The loop would report it.
            }
        }

        Assert.Equal(("another", AlarmChange.OkToFiring), changes.Select(static change => (change.Alarm.Name, change.Change)).First());
    }

    [Theory]
    [InlineData(0.4, true)]
    [InlineData(0.2, false)]
    public async Task A_shifted_input_fires_an_alarm_for_people_and_leads_to_no_rollback(double psi, bool fires)
    {
        await StartAsync(ModelAlarms.All);
        var found = new List<AlarmTransition>();
        for (var minute = 0; minute < 15; minute++)
        {
            await PostAsync(new MetricData
            {
                Namespace = ModelMetric.Namespace,
                Name = ModelMetric.FeaturePsi,
                Dimensions = new Dictionary<string, string> { [ModelMetric.Model] = "fraud", [ModelMetric.Version] = "2" },
                Datapoints = [new MetricDatapoint(time.GetUtcNow(), psi)],
            });
            found.AddRange(After(minutes: 1));
        }

        Assert.Equal(
            fires ? [("feature-skew", AlarmChange.OkToFiring, "2", AlarmRoute.People)] : [],
            found.Select(static change => (change.Alarm.Name, change.Change, change.Stream[ModelMetric.Version], change.Alarm.Route)));
    }

    private async Task StartAsync(IReadOnlyList<AlarmDefinition> alarms)
    {
        delivery = new AlarmDelivery("local", functions, Minute, terminal.Terminal, time);
        monitoring = new LocalMonitoring(alarms, Minute, changes.Enqueue, Secret, time);
        await monitoring.StartAsync(default);
        _ = new TerminalLoops(terminal.Terminal, time).RunAsync("messages", delivery.DeliverNextAsync, stop.Token);
    }

    private Task PostAsync(int failed, int succeeded, string watched) => PostAsync(new MetricData
    {
        Namespace = ModelMetric.Namespace,
        Name = ModelMetric.FailureExcess,
        Dimensions = new Dictionary<string, string>
        {
            [ModelMetric.Model] = "fraud",
            [ModelMetric.Version] = "2",
            [ModelMetric.Variant] = "canary",
            [ModelMetric.Trial] = "1",
            [ModelMetric.Watched] = watched,
        },
        Datapoints = [new MetricDatapoint(time.GetUtcNow(), (double)failed / (failed + succeeded), failed + succeeded)],
    });

    private async Task PostAsync(MetricData metric)
    {
        using var content = new ByteArrayContent(new MetricPost([metric]).ToUtf8())
        {
            Headers = { ContentType = new("application/json") },
        };
        using var answer = await http.PostAsync(new Uri(monitoring!.Address + MetricPost.Path), content);
        Assert.Equal(0, MetricPostAnswer.Parse(await answer.Content.ReadAsByteArrayAsync()).FailedMetricsCount);
    }

    /// <summary>The changes in the next minutes.</summary>
    private IReadOnlyList<AlarmTransition> After(int minutes)
    {
        changes.Clear();
        for (var minute = 0; minute < minutes; minute++)
        {
            time.Advance(Minute);
            monitoring!.EvaluateNow();
        }

        return [.. changes];
    }
}
