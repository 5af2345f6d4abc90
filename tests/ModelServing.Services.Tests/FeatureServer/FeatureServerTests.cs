using System.Globalization;
using System.Net;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using ModelServing.Services.Tests.OnlineStore;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.FeatureServer.SomePosts;

namespace ModelServing.Services.Tests.FeatureServer;

public sealed class FeatureServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_become_features()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        var accepted = await server.AcceptAsync(Events(Payment(1, 42, "12.50"), Payment(2, 42, "7.5"), Payment(3, 43, "1")));
        Assert.Equal(new AcceptedEvents(3, 3), accepted);
        await server.AppliedAsync();
        var features = await ReadAsync(server, 42);
        Assert.Equal((true, "42", 2), (features.Filled, features.Entity, features.Sequence));
        Assert.Equal(
            [("count_1d", 2.0, "present"), ("sum_1d", 20, "present"), ("mean_1d", 10, "present")],
            features.Features.Select(static feature => (feature.Name, feature.Value ?? double.NaN, feature.Status)));
        Assert.All((await ReadAsync(server, 44)).Features, static feature => Assert.Equal("missing", feature.Status));
    }

    [Fact]
    public async Task Several_entities_are_read_at_one_time_that_may_be_given()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        await server.AcceptAsync(Events(Payment(1, 1, "1"), Payment(2, 2, "2")));
        await server.AppliedAsync();
        using var answer = await server.PostAsync(
            FeaturePaths.Read,
            $$$"""
            {"time": "{{{IsoTime.Write(Now.AddDays(10))}}}", "reads": [
              {"view": "card-activity", "version": 1, "entity": {"card_id": 2}},
              {"view": "card-activity", "version": 1, "entity": {"card_id": "1"}}]}
            """);
        var read = FeatureAnswer.Parse(await answer.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal(["2", "1"], read.Reads.Select(static entity => entity.Entity));
        Assert.All(read.Reads.SelectMany(static entity => entity.Features), static feature => Assert.Equal("expired", feature.Status));
    }

    [Fact]
    public async Task Events_that_are_posted_again_change_nothing()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        var events = Events(Payment(1, 42, "12.50"), Payment(2, 42, "7.5"));
        await server.AcceptAsync(events);
        Assert.Equal(4, (await server.AcceptAsync(events)).LastSequence);
        await server.AppliedAsync();
        Assert.Equal(2, (await ReadAsync(server, 42)).Features[0].Value);
    }

    [Fact]
    public async Task The_state_of_the_log_and_of_the_views_is_reported_to_the_cache()
    {
        var minute = TimeSpan.FromSeconds(2);
        await using var server = await RunningFeatureServer.StartAsync(settings => settings with { Minute = minute });
        var reports = new FeatureReports(server.Cache.Open(), "local", minute);
        await server.AppliedAsync();
        // What comes before the first report about a filled view may be the fill's, and is not counted.
        await UntilReportedAsync(static report => report.Views[0].IsFilled);
        await server.AcceptAsync(Events(
            Payment(1, 42, "12.50"),
            Payment(2, 42, "7.5"),
            $$$"""{"source": "payments", "id": "old", "time": "{{{IsoTime.Write(Now.AddDays(-9))}}}", "fields": {"card_id": 42, "amount": 1}}"""));

        // The counts are those of a minute, which may end while the events are applied.
        var (events, late) = (0L, 0L);
        FeatureReport? last = null;
        await UntilReportedAsync(report =>
        {
            last = report;
            events += Assert.Single(report.Views).Events;
            late += report.Views[0].Late;
            return events >= 3;
        });

        Assert.Equal((3, 1), (events, late));
        Assert.Equal(("card-activity", 1, true), (last!.Views[0].View, last.Views[0].Version, last.Views[0].IsFilled));
        Assert.Equal((3, 0), (last.Unshipped, last.OverdueSeconds));
        Assert.InRange(last.LogShare, double.Epsilon, 0.1);

        await server.StopAsync();
        var end = MinuteReports.NumberOf(DateTimeOffset.UtcNow, minute);
        Assert.True((await reports.FindAsync(end, Token) ?? await reports.FindAsync(end - 1, Token))!.IsLeaving);

        // Shows the reports of the minutes that are over, each once, until one is as wanted. A busy machine may write one late.
        async Task UntilReportedAsync(Func<FeatureReport, bool> isWanted)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
            patience.CancelAfter(TimeSpan.FromMinutes(5));
            var next = MinuteReports.NumberOf(DateTimeOffset.UtcNow, minute);
            while (true)
            {
                if (MinuteReports.NumberOf(DateTimeOffset.UtcNow, minute) <= next + 1)
                    await Task.Delay(20, patience.Token);
                else if (await reports.FindAsync(next++, patience.Token) is { } report && isWanted(report))
                    return;
            }
        }
    }

    [Fact]
    public async Task A_definition_is_served_as_it_was_published()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        var view = Assert.Single((await server.AppliedAsync()).Views);
        Assert.Equal(new ServedView("card-activity", 1, SomeViews.CardActivity().Digest, true, 0), view);
        Assert.Equal(
            SomeViews.CardActivity().ToUtf8(),
            await server.Client.GetByteArrayAsync(new Uri(server.Address, FeaturePaths.View("card-activity", 1)), Token));
    }

    [Fact]
    public async Task Two_versions_of_a_view_are_served_at_once_and_the_new_one_has_the_earlier_events()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        await server.AcceptAsync(Events(Payment(1, 42, "1")));
        await server.AppliedAsync();
        await server.PublishAsync(SomeViews.CardActivity(2));
        await server.RestartAsync(static settings => settings with
        {
            Views = [new NamedView("card-activity", 1), new NamedView("card-activity", 2)],
        });
        await server.AcceptAsync(Events(Payment(2, 42, "1")));
        await server.AppliedAsync();
        Assert.Equal([2, 2], [(await ReadAsync(server, 42)).Features[0].Value, (await ReadAsync(server, 42, 2)).Features[0].Value]);
    }

    [Fact]
    public async Task A_view_that_is_published_later_is_filled_then()
    {
        await using var server = await RunningFeatureServer.StartAsync(
            static settings => settings with { Views = [new NamedView("card-activity", 2)] }, SomeViews.CardActivity());
        await server.AcceptAsync(Events(Payment(1, 42, "1")));
        using var answer = await server.GetAsync(FeaturePaths.Entity("card-activity", 2) + "?card_id=42");
        Assert.NotEmpty(await RunningFeatureServer.DetailAsync(answer, 503));
        Assert.NotNull(answer.Headers.RetryAfter);
        await server.PublishAsync(SomeViews.CardActivity(2));
        await server.AppliedAsync();
        Assert.Equal(1, (await ReadAsync(server, 42, 2)).Features[0].Value);
    }

    [Fact]
    public async Task Without_a_cache_events_are_accepted_and_reads_are_refused_until_it_is_back()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        await server.AcceptAsync(Events(Payment(1, 42, "1")));
        await server.AppliedAsync();
        await server.Cache.KillAsync();
        await server.AcceptAsync(Events(Payment(2, 42, "1")));
        using (var answer = await server.GetAsync(FeaturePaths.Entity("card-activity", 1) + "?card_id=42"))
        {
            Assert.NotEmpty(await RunningFeatureServer.DetailAsync(answer, 503));
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        await server.Cache.RestartAsync();
        while (true)
        {
            await server.AppliedAsync();
            using var answer = await server.GetAsync(FeaturePaths.Entity("card-activity", 1) + "?card_id=42");
            if (answer.StatusCode == HttpStatusCode.OK
                && FeatureAnswer.Parse(await answer.Content.ReadAsByteArrayAsync(Token)).Reads[0] is { Filled: true } read)
            {
                Assert.Equal(2, read.Features[0].Value);
                return;
            }

            await Task.Delay(20, Token);
        }
    }

    [Fact]
    public async Task A_server_that_stops_ships_all_events()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        await server.AcceptAsync(Events(Payment(1, 42, "1")));
        Assert.Equal(1, (await server.AppliedAsync()).Unshipped);
        await server.StopAsync();
        Assert.True(File.Exists(server.Bucket.Combine("events", "0000", "00000001.log")));
        await server.RestartAsync();
        Assert.Equal((1, 0), ((await server.AppliedAsync()).LastSequence, (await server.AppliedAsync()).Unshipped));
    }

    [Fact]
    public async Task The_metrics_say_what_is_in_the_log_and_in_the_views()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        await server.AcceptAsync(Events(Payment(1, 42, "1"), Payment(2, 42, "1")));
        using (await server.PostAsync(FeaturePaths.Events, "{}"))
            await server.AppliedAsync();
        var metrics = await server.Client.GetStringAsync(new Uri(server.Address, InferencePaths.Metrics), Token);
        Assert.Matches("""modelserving_features_events_accepted(_total)?\{?[^}]*\}? 2""", metrics);
        Assert.Matches("""modelserving_features_posts_refused(_total)?\{[^}]*reason="bad-request"[^}]*\} 1""", metrics);
        Assert.Matches(
            """modelserving_features_events_applied(_total)?\{[^}]*outcome="applied"[^}]*view="card-activity"[^}]*\} 2""",
            metrics);
        Assert.Matches("""modelserving_features_events_unshipped\{?[^}]*\}? 2""", metrics);
        Assert.Matches("""modelserving_features_filled\{[^}]*view="card-activity"[^}]*\} 1""", metrics);
    }

    [Fact]
    public async Task With_clients_reporters_post_events_and_callers_read_features()
    {
        using var folder = new TemporaryFolder();
        var (caller, reporter) = (ApiKey.Make(), ApiKey.Make());
        await File.WriteAllBytesAsync(
            folder.Combine("clients.json"),
            new ClientsDocument
            {
                Schema = ClientsDocument.CurrentSchema,
                Anonymous = false,
                Clients = new SortedDictionary<ModelName, ClientEntry>
                {
                    [ModelName.Parse("shop")] = new() { Role = ClientRole.Caller, KeyHashes = [ApiKey.HashOf(caller)] },
                    [ModelName.Parse("payments")] = new() { Role = ClientRole.Reporter, KeyHashes = [ApiKey.HashOf(reporter)] },
                },
            }.ToUtf8(),
            Token);
        await using var server = await RunningFeatureServer.StartAsync(settings => settings with
        {
            Clients = HostSources.File(folder.Combine("clients.json")),
            MetricsUrls = "http://127.0.0.1:0",
        });
        Assert.Equal((401, 403, 200), (await PostAsync(null), await PostAsync(caller), await PostAsync(reporter)));
        Assert.Equal((401, 200, 403), (await GetAsync(null), await GetAsync(caller), await GetAsync(reporter)));

        // Only metrics, and only at their own address, need no credential.
        Assert.Equal((401, 200), (await OpenAsync(server.Address, "/metrics"), await OpenAsync(server.MetricsAddress, "/metrics")));
        Assert.Equal(401, await OpenAsync(server.MetricsAddress, FeaturePaths.Views));

        async Task<int> OpenAsync(Uri address, string path)
        {
            using var answer = await server.Client.GetAsync(new Uri(address, path), Token);
            return (int)answer.StatusCode;
        }

        Task<int> PostAsync(string? key) => SendAsync(HttpMethod.Post, FeaturePaths.Events, key, Events(Payment(1, 1, "1")));

        Task<int> GetAsync(string? key) => SendAsync(HttpMethod.Get, FeaturePaths.Views, key, null);

        async Task<int> SendAsync(HttpMethod method, string path, string? key, string? body)
        {
            using var request = new HttpRequestMessage(method, new Uri(server.Address, path));
            request.Content = body is null ? null : new StringContent(body);
            if (key is not null)
                request.Headers.Add(HeaderNames.ApiKey, key);
            using var answer = await server.Client.SendAsync(request, Token);
            return (int)answer.StatusCode;
        }
    }

    [Theory]
    [InlineData(true, false, "MODELSERVING_CACHE")]
    [InlineData(false, true, "MODELSERVING_EVENTS")]
    public async Task Without_a_cache_or_a_log_it_does_not_start(bool noCache, bool noLog, string variable) => Assert.Contains(
        variable,
        (await Assert.ThrowsAsync<ContractException>(() => RunningFeatureServer.StartAsync(settings => settings with
        {
            Cache = noCache ? null : settings.Cache,
            Log = noLog ? null : settings.Log,
        }))).Message,
        StringComparison.Ordinal);

    private static async Task<EntityFeatures> ReadAsync(RunningFeatureServer server, int card, int version = 1)
    {
        using var answer = await server.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"{FeaturePaths.Entity("card-activity", version)}?card_id={card}"));
        var body = await answer.Content.ReadAsByteArrayAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, System.Text.Encoding.UTF8.GetString(body));
        return Assert.Single(FeatureAnswer.Parse(body).Reads);
    }
}
