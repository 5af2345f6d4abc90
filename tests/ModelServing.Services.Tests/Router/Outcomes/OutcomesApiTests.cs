using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Router.Outcomes;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Clients.SomeClients;

namespace ModelServing.Services.Tests.Router.Outcomes;

/// <summary>Posts of outcomes to a whole router.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class OutcomesApiTests : IAsyncDisposable
{
    private const string Stored = "modelserving_router_outcomes_total";
    private const string Failed = "modelserving_router_failed_outcome_posts_total";

    private static readonly string Id = SomeRecord.IdOf(1);

    private static readonly string OnePath = OutcomePaths.Outcome(Id);

    private readonly MemoryPredictionStore store = new();
    private readonly RawServer endpoint = RawServer.Saying("{}");

    public ValueTask DisposeAsync() => endpoint.DisposeAsync();

    [Fact]
    public async Task An_outcome_is_stored_before_the_record_has_landed_and_a_later_one_replaces_it()
    {
        await using var router = await StartAsync();
        var answer = await PostAsync(router, OnePath, """{"value": true}""", ReporterKey);
        Assert.Equal((204, ""), (answer.Status, answer.Text));
        Assert.True(Ulid.TryParse(answer[HeaderNames.RequestId], out _));
        Assert.True(store.Outcomes[Id].Value.Flag);
        var now = TimeProvider.System.GetUtcNow();
        Assert.InRange(store.Outcomes[Id].ObservedAt!.Value, now.AddMinutes(-5), now);

        const string Later = """{"value": 0, "observedAt": "2026-11-28T10:00:00Z"}""";
        for (var i = 0; i < 2; i++)
            Assert.Equal(204, (await PostAsync(router, OutcomePaths.Outcome(Id.ToLowerInvariant()), Later, ReporterKey)).Status);
        Assert.Equal(new Outcome(Id, OutcomeValue.FromNumber(0), SomeRecord.Start), store.Outcomes.Single().Value);
        await router.AssertCountAsync(3, Stored);
    }

    [Fact]
    public async Task A_batch_is_stored_as_a_whole_and_its_last_outcome_of_a_request_counts()
    {
        await using var router = await StartAsync();
        var outcomes = Enumerable.Range(0, OutcomeBatch.Most - 1)
            .Select(static i => new Outcome(SomeRecord.IdOf(i), OutcomeValue.FromNumber(i)))
            .Append(new Outcome(Id, OutcomeValue.FromText("late")));
        var answer = await PostAsync(
            router, OutcomePaths.Outcomes, Encoding.UTF8.GetString(new OutcomeBatch([.. outcomes]).ToUtf8()), OperatorKey);
        Assert.Equal((200, OutcomeBatch.Most - 1), (answer.Status, StoredOutcomes.Parse(answer.Body).Stored));
        Assert.Equal(OutcomeBatch.Most - 1, store.Outcomes.Count);
        Assert.Equal("late", store.Outcomes[Id].Value.Text);
        await router.AssertCountAsync(OutcomeBatch.Most - 1, Stored);
    }

    [Fact]
    public async Task Only_reporters_and_operators_may_post()
    {
        await using var router = await StartAsync(anonymous: true);
        foreach (var path in (string[])[OnePath, OutcomePaths.Outcomes])
        {
            (await PostAsync(router, path, """{"value":1}""", null)).AssertProblem(403, "forbidden");
            (await PostAsync(router, path, """{"value":1}""", CallerKey)).AssertProblem(403, "forbidden");
            (await PostAsync(router, path, """{"value":1}""", TesterKey)).AssertProblem(403, "forbidden");
            (await PostAsync(router, path, """{"value":1}""", "msk_other")).AssertProblem(401, "unauthenticated");
        }

        Assert.Empty(store.Outcomes);
        Assert.Equal(204, (await PostAsync(router, OnePath, """{"value":1}""", ReporterKey)).Status);
        Assert.Equal(204, (await PostAsync(router, OnePath, """{"value":1}""", OperatorKey)).Status);
    }

    [Fact]
    public async Task Without_a_clients_document_every_client_may_post()
    {
        await using var router = await RunningRouter.StartAsync(static settings => settings, AddStore);
        Assert.Equal(204, (await PostAsync(router, OnePath, """{"value":1}""", null)).Status);
        Assert.Single(store.Outcomes);
    }

    [Theory]
    [InlineData("/v1/predictions/x/outcome", """{"value":1}""", "the path names 'x'")]
    [InlineData("/v1/predictions/ID/outcome", "", "outcome")]
    [InlineData("/v1/predictions/ID/outcome", "{", "outcome")]
    [InlineData("/v1/predictions/ID/outcome", "{}", "value")]
    [InlineData("/v1/predictions/ID/outcome", """{"value":[1]}""", "$.value")]
    [InlineData("/v1/predictions/ID/outcome", """{"value":1,"id":"ID"}""", "id")]
    [InlineData("/v1/predictions/ID/outcome", """{"value":1,"value":1}""", "value")]
    [InlineData("/v1/outcomes", """{"outcomes":[]}""", "outcomes has 0 items")]
    [InlineData("/v1/outcomes", """{"outcomes":[{"id":"ID","value":1},{"id":"ID","value":{}}]}""", "outcomes[1].value")]
    [InlineData("/v1/outcomes", """{"outcomes":[{"id":"ID","value":1},{"id":"y","value":1}]}""", "outcomes[1].id")]
    public async Task A_wrong_post_is_answered_with_the_place_and_stores_nothing(string path, string body, string place)
    {
        await using var router = await StartAsync();
        path = path.Replace("ID", Id, StringComparison.Ordinal);
        var answer = await PostAsync(router, path, body.Replace("ID", Id, StringComparison.Ordinal), ReporterKey);
        answer.AssertProblem(400, "bad-request");
        Assert.Contains(place, answer.Text, StringComparison.Ordinal);
        Assert.Equal(0, store.Puts);
        await router.AssertCountAsync(1, "modelserving_router_refused_requests_total", "reason=\"bad-request\"");
        await router.AssertCountAsync(0, Failed);
    }

    [Theory]
    [InlineData("/v1")]
    [InlineData("/v1/")]
    [InlineData("/v1/outcomes/")]
    [InlineData("/v1/predictions")]
    [InlineData("/v1/predictions/")]
    [InlineData("/v1/predictions/outcome")]
    [InlineData("/v1/predictions//outcome")]
    [InlineData("/v1/predictions/a/b/outcome")]
    [InlineData("/v1/predictions/a")]
    public async Task Other_paths_do_not_exist(string path)
    {
        await using var router = await StartAsync();
        (await PostAsync(router, path, """{"value":1}""", ReporterKey)).AssertProblem(404, "no-such-path");
    }

    [Fact]
    public async Task Other_methods_are_refused()
    {
        await using var router = await StartAsync();
        var answer = await router.AskAsync(RunningRouter.Get(OnePath, Key(ReporterKey)));
        answer.AssertProblem(405, "method-not-allowed");
        Assert.Equal("POST", answer["Allow"]);
    }

    [Fact]
    public async Task A_large_body_is_refused_whether_its_length_is_known_or_not()
    {
        await using var router = await StartAsync();
        var body = new string(' ', OutcomeBatch.MostBytes + 1);
        (await PostAsync(router, OutcomePaths.Outcomes, body, ReporterKey)).AssertProblem(413, "body-too-large");
        (await router.AskAsync(
            $"POST {OnePath} HTTP/1.1\r\nHost: router\r\n{Key(ReporterKey)}Transfer-Encoding: chunked\r\n\r\n"
                + $"4e20\r\n{new string(' ', 20_000)}\r\n0\r\n\r\n")).AssertProblem(413, "body-too-large");
        Assert.Equal(0, store.Puts);
    }

    [Fact]
    public async Task Without_a_prediction_log_the_answer_says_so()
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        (await PostAsync(router, OnePath, """{"value":1}""", ReporterKey)).AssertProblem(404, "no-prediction-log");
    }

    [Theory]
    [InlineData(PredictionStoreError.Unavailable, 503, "predictions-unavailable", "5")]
    [InlineData(PredictionStoreError.Throttled, 503, "predictions-throttled", "1")]
    [InlineData(PredictionStoreError.Refused, 500, "internal", null)]
    public async Task An_outcome_that_is_not_stored_is_not_acknowledged(
        PredictionStoreError error, int status, string reason, string? retryAfter)
    {
        await using var router = await StartAsync();
        store.Failure = new PredictionStoreException(error, "/secret/path is broken");
        foreach (var (path, body) in ((string, string)[])
            [(OnePath, """{"value":1}"""), (OutcomePaths.Outcomes, $$"""{"outcomes":[{"id":"{{Id}}","value":1}]}""")])
        {
            var answer = await PostAsync(router, path, body, ReporterKey);
            answer.AssertProblem(status, reason);
            Assert.Equal(retryAfter, answer["Retry-After"]);
            Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        }

        await router.AssertCountAsync(2, Failed, $"reason=\"{reason}\"");
        await router.AssertCountAsync(0, Stored);
        store.Failure = null;
        Assert.Equal(204, (await PostAsync(router, OnePath, """{"value":1}""", ReporterKey)).Status);
    }

    [Fact]
    public async Task Posts_in_flight_are_bounded_and_a_place_is_free_again_after_each()
    {
        var gate = new TaskCompletionSource();
        store.Gate = gate.Task;
        await using var router = await StartAsync();
        var waiting = Enumerable.Range(0, OutcomesApi.MostInFlight)
            .Select(_ => PostAsync(router, OnePath, """{"value":1}""", ReporterKey)).ToList();
        await RunningRouter.UntilAsync(() => store.Puts == OutcomesApi.MostInFlight, "all posts reach the store");
        var answer = await PostAsync(router, OnePath, """{"value":1}""", ReporterKey);
        answer.AssertProblem(503, "outcomes-busy");
        Assert.Equal("1", answer["Retry-After"]);
        gate.SetResult();
        Assert.All(await Task.WhenAll(waiting), static one => Assert.Equal(204, one.Status));
        Assert.Equal(204, (await PostAsync(router, OnePath, """{"value":1}""", ReporterKey)).Status);
    }

    [Fact]
    public async Task A_store_that_never_answers_is_unavailable()
    {
        store.Gate = new TaskCompletionSource().Task;
        var setTime = RunningRouter.WithSteppedTime(out var time);
        await using var router = await RunningRouter.StartAsync(static settings => settings, AddStore + setTime);
        var asked = PostAsync(router, OnePath, """{"value":1}""", ReporterKey);
        await RunningRouter.UntilAsync(() => store.Puts == 1, "the post reaches the store");
        time.Advance(OutcomesApi.StoreLimit);
        (await asked).AssertProblem(503, "predictions-unavailable");
    }

    [Fact]
    public async Task A_body_that_never_ends_is_late_and_a_client_that_leaves_frees_its_place()
    {
        var setTime = RunningRouter.WithSteppedTime(out var time);
        await using var router = await RunningRouter.StartAsync(static settings => settings, AddStore + setTime);
        var head = $"POST {OnePath} HTTP/1.1\r\nHost: router\r\n{Key(ReporterKey)}Content-Length: 100\r\n\r\n{{";
        for (var i = 0; i < OutcomesApi.MostInFlight; i++)
        {
            using var leaver = await router.ConnectAsync();
            await leaver.SendAsync(head);
        }

        RawMessage? answer = null;
        await RunningRouter.UntilAsync(
            async () =>
            {
                // Until the last of those that left is gone, there is no place.
                using var client = await router.ConnectAsync();
                await client.SendAsync(head);
                var read = client.ReadMessageAsync();
                while (!read.IsCompleted)
                {
                    time.Advance(OutcomesApi.BodyLimit);
                    await Task.Delay(5);
                }

                answer = await read;
                return answer?.Status == 408;
            },
            "a body is late");
        answer!.AssertProblem(408, "body-late");
        Assert.Equal(0, store.Puts);
    }

    private void AddStore(IServiceCollection services) => services.AddSingleton<IPredictionStore>(store);

    private Task<RunningRouter> StartAsync(bool anonymous = false) =>
        RunningRouter.StartAsync(endpoint, Keys(anonymous: anonymous), AddStore);

    private static Task<RawMessage> PostAsync(RunningRouter router, string path, string body, string? key) =>
        router.InferAsync(body, key is null ? "" : Key(key), path);
}
