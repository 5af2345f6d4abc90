using System.Globalization;
using System.Net;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;
using ModelServing.Services.Tests.OnlineStore;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.FeatureServer;

public sealed class FeatureServerTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

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

    [Theory]
    [InlineData("""{"id": "1", "time": "2026-01-01", "fields": {}}""", "events[1].source is missing")]
    [InlineData("""{"source": "p-q", "id": "1", "time": "2026-01-01"}""", "events[1].source is 'p-q'")]
    [InlineData("""{"source": "payments", "time": "2026-01-01"}""", "events[1].id is missing")]
    [InlineData("""{"source": "payments", "id": "", "time": "2026-01-01"}""", "events[1].id has 0 bytes")]
    [InlineData("""{"source": "payments", "id": "1"}""", "events[1].time is missing")]
    [InlineData("""{"source": "payments", "id": "1", "time": "yesterday"}""", "events[1].time must be")]
    [InlineData(
        """{"source": "payments", "id": "1", "time": "2200-01-01"}""",
        "events[1].time is 2200-01-01T00:00:00Z, which is in the future")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-02", "knownTime": "2026-01-01"}""", "events[1].knownTime is")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "amount": 1}""", "events[1].amount is not a member")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"a": [1]}}""", "events[1].fields.a is neither")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"a": 1e300}}""", "events[1].fields.a is 1e300")]
    [InlineData(
        """{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"a": 1, "a": 2}}""",
        "events[1].fields.a is there twice")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"amount": 1}}""", "events[1]: ")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"card_id": 1, "amount": 1.005}}""", "amount")]
    [InlineData("3", "events[1] is not a JSON object")]
    [InlineData("""{"source": "payments", "id": "\ud800", "time": "2026-01-01"}""", "events[1].id: it has '\\ud800'")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"\udc00": 1}}""", "events[1].fields")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2300-01-01T00:00:00Z"}""", "events[1].time must be")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"a": 1e-40}}""", "events[1].fields.a is 1e-40")]
    public async Task A_wrong_event_is_refused_with_its_place_and_nothing_of_the_post_is_logged(string wrong, string detail)
    {
        await using var server = await RunningFeatureServer.StartAsync();
        await server.AppliedAsync();
        using var answer = await server.PostAsync(FeaturePaths.Events, Events(Payment(1, 42, "1"), wrong));
        Assert.Contains(detail, await RunningFeatureServer.DetailAsync(answer, 400), StringComparison.Ordinal);
        Assert.Equal(0, (await server.AppliedAsync()).LastSequence);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("[]", 400)]
    [InlineData("""{"events": []}""", 400)]
    [InlineData("""{"event": []}""", 400)]
    [InlineData("""{"events": {}}""", 400)]
    [InlineData("""{"events": [{]}""", 400)]
    public async Task A_post_without_events_is_refused(string body, int status)
    {
        await using var server = await RunningFeatureServer.StartAsync();
        using var answer = await server.PostAsync(FeaturePaths.Events, body);
        Assert.NotEmpty(await RunningFeatureServer.DetailAsync(answer, status));
    }

    [Theory]
    [InlineData("""{"reads": [{"view": "shops", "version": 1, "entity": {"name": "\ud800"}}]}""", "reads[0].entity.name: it has")]
    [InlineData("""{"reads": [{"view": "shops", "version": 1, "entity": {"\udc00": "x"}}]}""", "surrogate")]
    [InlineData("""{"reads": [{"view": "shops", "version": 1, "entity": {"name": ""}}]}""", "reads[0].entity.name has 0 bytes")]
    [InlineData(
        """{"reads": [{"view": "shops", "version": 1, "entity": {"name": "x"}}], "time": "2300-01-01T00:00:00Z"}""",
        "time is 2300-01-01T00:00:00Z; it must be between 1970 and 2255")]
    public async Task A_wrong_read_is_refused_with_its_place(string wrong, string detail)
    {
        await using var server = await StartShopsAsync();
        using var answer = await server.PostAsync(FeaturePaths.Read, wrong);
        Assert.Contains(detail, await RunningFeatureServer.DetailAsync(answer, 400), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bytes_of_a_key_are_counted_and_not_its_characters()
    {
        await using var server = await StartShopsAsync();
        foreach (var (euros, isRight) in ((int, bool)[])[(42, true), (43, false), (100, false)])
        {
            var name = new string('\u20ac', euros);
            using var answer = await server.PostAsync(
                FeaturePaths.Read, $$$"""{"reads": [{"view": "shops", "version": 1, "entity": {"name": "{{{name}}}"}}]}""");
            if (isRight)
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            else
                Assert.Contains($"{3 * euros} bytes", await RunningFeatureServer.DetailAsync(answer, 400), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_are_refused_with_their_place()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        foreach (var path in (string[])[FeaturePaths.Events, FeaturePaths.Read])
        {
            using var body = new ByteArrayContent([.. "{\"events\": [{\"id\": \""u8, 0xff, .. "\"}]}"u8]);
            using var answer = await server.Client.PostAsync(new Uri(server.Address, path), body, Token);
            Assert.Contains("events[0].id", await RunningFeatureServer.DetailAsync(answer, 400), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_unknown_view_key_path_or_method_is_named()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        await server.AppliedAsync();
        using var view = await server.GetAsync(FeaturePaths.Entity("cards", 1) + "?card_id=1");
        Assert.Contains("'cards'", await RunningFeatureServer.DetailAsync(view, 404), StringComparison.Ordinal);
        using var key = await server.GetAsync(FeaturePaths.Entity("card-activity", 1) + "?card=1");
        Assert.Contains("card is neither", await RunningFeatureServer.DetailAsync(key, 400), StringComparison.Ordinal);
        using var missing = await server.GetAsync(FeaturePaths.Entity("card-activity", 1));
        Assert.Contains("card_id", await RunningFeatureServer.DetailAsync(missing, 400), StringComparison.Ordinal);
        using var type = await server.GetAsync(FeaturePaths.Entity("card-activity", 1) + "?card_id=x");
        Assert.Contains("int64", await RunningFeatureServer.DetailAsync(type, 400), StringComparison.Ordinal);
        using var path = await server.GetAsync("/v1/feature");
        Assert.NotEmpty(await RunningFeatureServer.DetailAsync(path, 404));
        using var method = await server.GetAsync(FeaturePaths.Events);
        Assert.NotEmpty(await RunningFeatureServer.DetailAsync(method, 405));
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

    private static Task<RunningFeatureServer> StartShopsAsync() => RunningFeatureServer.StartAsync(
        static settings => settings with { Views = [new NamedView("shops", 1)] },
        SomeViews.CardActivity() with
        {
            View = ViewName.Parse("shops"),
            Entity = [new NamedType("name", new FieldType(FieldKind.String))],
        });

    private static async Task<EntityFeatures> ReadAsync(RunningFeatureServer server, int card, int version = 1)
    {
        using var answer = await server.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"{FeaturePaths.Entity("card-activity", version)}?card_id={card}"));
        var body = await answer.Content.ReadAsByteArrayAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, System.Text.Encoding.UTF8.GetString(body));
        return Assert.Single(FeatureAnswer.Parse(body).Reads);
    }

    private static string Events(params string[] events) => $$"""{"events": [{{string.Join(", ", events)}}]}""";

    private static string Payment(int id, int card, string amount) =>
        $$$"""
        {"source": "payments", "id": "{{{id}}}", "time": "{{{IsoTime.Write(Now.AddMinutes(-10))}}}",
         "fields": {"card_id": {{{card}}}, "amount": {{{amount}}}, "note": "something that no view uses"}}
        """;
}
