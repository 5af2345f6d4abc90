using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Cache.Announcements;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Journal;
using ModelServing.Contracts.Monitoring;
using ModelServing.Journal;
using ModelServing.Journal.Sqlite;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Journal;
using ModelServing.Services.Tests.Router.Rollouts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Functions.Rollback;

/// <summary>Messages of alarms in Monitoring's formats, and their effects on versions, with a journal in SQLite and a cache in
/// Garnet.</summary>
public abstract class RollbackTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly FunctionCaller caller;
    private readonly ConcurrentQueue<JournalChange> published = [];
    private readonly MortalStore store;
    private readonly RolloutJournal journal;
    private TestedCache cache = null!;
    private RunningFunctions? running;

    private protected RollbackTests(Func<FunctionCaller> make)
    {
        caller = make();
        store = new MortalStore(new SqliteJournalStore(folder.Combine("journal.db")));
        journal = new RolloutJournal(store);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        cache = await TestedGarnet.StartAsync();
        foreach (var e in (JournalEvent[])[
            SomeEvents.Applied(SomeEvents.Plan(1)),
            SomeEvents.Started(SomeEvents.Plan("1-2-3", ("canary", 2, 500), ("arm-b", 3, 500), ("stable", 1, PlanDocument.Buckets - 1000))),
        ])
            await journal.AppendAsync(e, Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (running is not null)
            await running.DisposeAsync();
        else
            await caller.DisposeAsync();
        await cache.DisposeAsync();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("firing")]
    [InlineData("firing-pretty")]
    [InlineData("firing-values-beside")]
    [InlineData("repeat")]
    public async Task A_firing_alarm_condemns_the_version_and_the_journal_names_the_alarm(string message)
    {
        await StartAsync();
        await using var heard = await ListenAsync();

        var (status, streams) = await CallAsync(Recorded(message));

        Assert.Equal(200, status);
        Assert.Equal(("condemned", "failure-rate", "fraud", "2", "canary", "1"), Read(Assert.Single(streams)));
        Assert.Equal(
            "fraud version 2 (canary, trial 1) is condemned: failure-rate fired at 2026-05-04 12:02:00Z with 0.42; announced to the " +
                "routers",
            (string?)streams[0]!["detail"]);
        Assert.Equal(3, (long?)streams[0]!["seq"]);
        var entry = Assert.Single(await RollbacksAsync());
        Assert.Equal(
            (2, 1, "canary", RollbackReason.Alarm, "alarm failure-rate"),
            (entry.Version.Number, entry.Trial, entry.Variant, entry.Reason, entry.Who));
        var evidence = entry.Evidence!.Value;
        Assert.Equal("failure-rate fired at 2026-05-04 12:02:00Z with 0.42", evidence.GetProperty("summary").GetString());
        Assert.Equal(("failure-rate", "0.42"), (evidence.GetProperty("alarm").GetString(), evidence.GetProperty("value").GetString()));
        Assert.Equal(new DateTimeOffset(2026, 5, 4, 12, 2, 0, TimeSpan.Zero), evidence.GetProperty("firedAt").GetDateTimeOffset());
        while (published.IsEmpty)
            await Task.Delay(1, Token);
        // A listener that connected only at the second try may get it twice.
        Assert.Equal(new JournalChange(SomeEvents.Fraud, 3), Assert.Single(published.Distinct()));
    }

    [Theory]
    [InlineData("ok", 0)]
    [InlineData("ok-with-dimensions", 1)]
    [InlineData("reset", 1)]
    public async Task For_an_alarm_that_no_longer_fires_there_is_nothing_to_do(string message, int streams)
    {
        await StartAsync();
        var (status, reports) = await CallAsync(Recorded(message));
        Assert.Equal((200, streams), (status, reports.Count));
        Assert.All(reports, static report => Assert.Equal("nothing-to-do", (string?)report!["outcome"]));
        Assert.Empty(await RollbacksAsync());
    }

    [Fact]
    public async Task Each_stream_of_a_message_has_its_own_result()
    {
        await StartAsync();
        var (status, streams) = await CallAsync(Recorded("several-streams"));
        Assert.Equal(200, status);
        Assert.Equal(
            ["condemned", "condemned", "not-a-candidate", "another-trial", "unknown-model", "unknown-version"],
            streams.Select(static stream => (string?)stream!["outcome"]));
        Assert.Equal(
            [(2, "0.42"), (3, "0.31")],
            (await RollbacksAsync())
                .Select(static entry => (entry.Version.Number, entry.Evidence!.Value.GetProperty("value").GetString()!)));
    }

    [Fact]
    public async Task Messages_that_arrive_twice_or_at_the_same_time_condemn_once()
    {
        await StartAsync();
        var answers = await Task.WhenAll(CallAsync(Recorded("firing")), CallAsync(Recorded("firing")), CallAsync(Recorded("repeat")));
        Assert.Equal(
            ["already-condemned", "already-condemned", "condemned"],
            answers.Select(static answer => (string?)answer.Streams[0]!["outcome"]).Order());
        Assert.All(answers, static answer => Assert.Equal((200, 3), (answer.Status, (int)answer.Streams[0]!["seq"]!)));
        Assert.Single(await RollbacksAsync());
    }

    [Fact]
    public async Task A_version_that_the_guard_has_condemned_is_condemned_already()
    {
        await StartAsync();
        await journal.AppendAsync(SomeEvents.RolledBack(2), Token);
        Assert.Equal("already-condemned", await OutcomeAsync(Recorded("firing")));
    }

    [Fact]
    public async Task A_trial_that_a_reset_has_ended_is_not_condemned_but_the_new_one_is()
    {
        await StartAsync();
        await journal.AppendAsync(SomeEvents.RolledBack(2), Token);
        await journal.AppendAsync(SomeEvents.Reset(2), Token);
        Assert.Equal("another-trial", await OutcomeAsync(Recorded("firing")));
        Assert.Equal(
            "condemned",
            await OutcomeAsync(Recorded("firing").Replace("\"trial\":\"1\"", "\"trial\":\"2\"", StringComparison.Ordinal)));
        Assert.Equal([1, 2], (await RollbacksAsync()).Select(static entry => entry.Trial));
    }

    [Fact]
    public async Task A_canary_that_has_become_stable_is_not_a_candidate()
    {
        await StartAsync();
        await journal.AppendAsync(new PromotedEvent(SomeEvents.Fraud, SomeEvents.Noon, SomeEvents.Plan(2)), Token);
        Assert.Equal("not-a-candidate", await OutcomeAsync(Recorded("firing")));
        Assert.Empty(await RollbacksAsync());
    }

    [Theory]
    [InlineData("\"trial\":\"1\"", "\"trial\":\"0\"", "wrong-dimensions")]
    [InlineData("\"trial\":\"1\"", "\"trial\":\"one\"", "wrong-dimensions")]
    [InlineData("\"version\":\"2\"", "\"version\":\"02\"", "wrong-dimensions")]
    [InlineData("\"version\":\"2\"", "\"version\":2", "condemned")]
    [InlineData("\"model\":\"fraud\"", "\"model\":\"Fraud!\"", "wrong-dimensions")]
    [InlineData("\"variant\":\"canary\"", "\"variant\":\"pinned\"", "not-a-candidate")]
    [InlineData("\"title\":\"modelserving-dev-failure-rate\"", "\"title\":\"modelserving-prod-failure-rate\"", "unknown-alarm")]
    [InlineData("\"title\":\"modelserving-dev-failure-rate\"", "\"title\":\"modelserving-dev-not-reporting\"", "not-for-rollback")]
    [InlineData("\"title\":\"modelserving-dev-failure-rate\"", "\"title\":\"a title of its own\"", "unknown-alarm")]
    [InlineData("\"title\":\"modelserving-dev-failure-rate\"", "\"title\":\"failure-rate\"", "condemned")]
    [InlineData("mean() > 0.1", "mean() > 0.2", "condemned")]
    [InlineData("\"dedupeKey\"", "\"dedupekey\"", "condemned")]
    [InlineData("\"version\":1.5", "\"version\":\"1.6\",\"more\":[{}]", "condemned")]
    public async Task A_message_with_differences_is_read_as_far_as_possible(string what, string other, string outcome)
    {
        await StartAsync();
        var message = Recorded("firing");
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Equal(outcome, await OutcomeAsync(message.Replace(what, other, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_alarm_with_another_title_is_identified_by_its_query()
    {
        await StartAsync();
        var message = JsonNode.Parse(Recorded("firing"))!;
        message["title"] = "a title of its own";
        message["alarmMetaData"]![0]!["query"] = ModelAlarms.All.First(static alarm => alarm.Name == "non-finite").Query.Replace(
            " ",
            "",
            StringComparison.Ordinal);
        var (_, streams) = await CallAsync(message.ToJsonString());
        Assert.Equal(("condemned", "non-finite"), ((string?)streams[0]!["outcome"], (string?)streams[0]!["alarm"]));
    }

    [Fact]
    public async Task A_stream_without_its_dimensions_is_reported_with_the_missing_ones()
    {
        await StartAsync();
        var (_, streams) = await CallAsync(Recorded("without-dimensions"));
        Assert.Equal(
            ("wrong-dimensions", "The stream lacks the dimensions variant, trial"),
            ((string?)streams[0]!["outcome"], (string?)streams[0]!["detail"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"alarmMetaData":7}""")]
    [InlineData("""{"alarmMetaData":[7]}""")]
    [InlineData("""{"alarmMetaData":null}""")]
    [InlineData("""{"alarmMetaData":[],"alarmMetaDat\u0061":[]}""")]
    [InlineData("""{"alarmMetaData":[],"AlarmMetaData":[]}""")]
    [InlineData("""{"alarmMetaData":[{"dimensions":[{"model":"a","model":"b"}]}]}""")]
    public async Task A_payload_that_is_not_a_message_is_refused_with_the_reason(string payload)
    {
        await StartAsync();
        var answer = await caller.CallAsync(Encoding.UTF8.GetBytes(payload));
        Assert.Equal(400, answer.Status);
        Assert.Contains("The payload is not an alarm's message: ", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_megabyte_of_streams_is_refused()
    {
        await StartAsync();
        var stream = """{"model":"fraud","version":"2","variant":"canary","trial":"1"},""";
        var answer = await caller.CallAsync(Encoding.UTF8.GetBytes(Recorded("firing")
            .Replace(
                "\"dimensions\":[",
                "\"dimensions\":[" + string.Concat(Enumerable.Repeat(stream, 1024 * 1024 / stream.Length)),
                StringComparison.Ordinal)));
        Assert.Equal(400, answer.Status);
        Assert.Contains("it is about more than 500 streams", answer.Text, StringComparison.Ordinal);
        Assert.Empty(await RollbacksAsync());
    }

    [Fact]
    public async Task With_the_cache_unavailable_the_version_is_condemned_and_the_answer_says_that_routers_find_it_later()
    {
        await cache.KillAsync();
        await StartAsync();
        var (status, streams) = await CallAsync(Recorded("firing"));
        Assert.Equal((200, "condemned"), (status, (string?)streams[0]!["outcome"]));
        Assert.Contains(
            "; not announced to the routers, which find it when they next read the journal: ",
            (string?)streams[0]!["detail"],
            StringComparison.Ordinal);
        Assert.Single(await RollbacksAsync());
    }

    [Fact]
    public async Task With_the_journal_unavailable_a_call_fails_and_the_next_message_condemns()
    {
        await StartAsync();
        store.IsUnavailable = true;
        var (status, streams) = await CallAsync(Recorded("firing"));
        Assert.Equal((503, "journal-unread"), (status, (string?)streams[0]!["outcome"]));
        store.IsUnavailable = false;
        Assert.Empty(await RollbacksAsync());
        Assert.Equal("condemned", await OutcomeAsync(Recorded("firing")));
    }

    [Fact]
    public async Task A_hung_journal_is_abandoned_at_the_calls_deadline()
    {
        await StartAsync();
        store.Hangs = true;
        Assert.Equal(
            504,
            (await caller.CallAsync(Encoding.UTF8.GetBytes(Recorded("firing")), timeout: TimeSpan.FromMilliseconds(300))).Status);
        store.Hangs = false;
        Assert.Equal("condemned", await OutcomeAsync(Recorded("firing")));
    }

    [Fact]
    public async Task A_dry_run_reports_what_it_would_do_and_does_nothing()
    {
        await StartAsync(dryRun: true);
        var (status, streams) = await CallAsync(Recorded("firing"));
        Assert.Equal((200, "would-condemn"), (status, (string?)streams[0]!["outcome"]));
        Assert.Empty(await RollbacksAsync());
        Assert.Empty(published);
    }

    private async Task StartAsync(bool dryRun = false) => running = await RunningFunctions.StartAsync(
        caller,
        new FunctionsHostSettings
        {
            Function = FunctionName.Rollback,
            Environment = "dev",
            Journal = HostSources.Sqlite(folder.Combine("journal.db")),
            Cache = cache.Settings,
            DryRun = dryRun,
        },
        services => services.AddSingleton<IJournalStore>(store));

    private async Task<IAsyncDisposable> ListenAsync()
    {
        var listening = new TaskCompletionSource();
        var heard = new RolloutChannel(cache.Open(), "dev").Subscribe(published.Enqueue, () => listening.TrySetResult());
        await listening.Task.WaitAsync(Token);
        return heard;
    }

    private async Task<(int Status, JsonArray Streams)> CallAsync(string message)
    {
        var answer = await caller.CallAsync(Encoding.UTF8.GetBytes(message));
        return (answer.Status, JsonNode.Parse(answer.Text)!["streams"]!.AsArray());
    }

    private async Task<string?> OutcomeAsync(string message) => (string?)Assert.Single((await CallAsync(message)).Streams)!["outcome"];

    private async Task<IReadOnlyList<RolledBackEvent>> RollbacksAsync() =>
        [.. (await journal.ReadAsync(SomeEvents.Fraud, 0, Token)).OfType<RolledBackEvent>()];

    private static (string?, string?, string?, string?, string?, string?) Read(JsonNode? stream) =>
        (
            (string?)stream!["outcome"],
            (string?)stream["alarm"],
            (string?)stream["model"],
            (string?)stream["version"],
            (string?)stream["variant"],
            (string?)stream["trial"]);

    private static string Recorded(string name) =>
        File.ReadAllText(Repository.Combine("tests", "ModelServing.Services.Tests", "Functions", "Rollback", "Messages", name + ".json"));
}
