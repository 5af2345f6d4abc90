using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Clients.SomeClients;

namespace ModelServing.Services.Tests.Router.Admin;

/// <summary>What operators read of the prediction log.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class PredictionsApiTests : IAsyncDisposable
{
    private const string Range = "&since=2026-11-28T10:00:00Z&until=2026-11-28T11:00:00Z";

    private readonly MemoryPredictionStore store = new();
    private readonly RawServer endpoint = RawServer.Saying("{}");

    public ValueTask DisposeAsync() => endpoint.DisposeAsync();

    [Fact]
    public async Task Pages_follow_each_other_to_the_end()
    {
        store.Add(Enumerable.Range(0, 250).Select(static i => SomeRecord.Create(i, TimeSpan.FromSeconds(i))));
        await using var router = await StartAsync();
        var read = new List<PredictionDocument>();
        for (string? next = ""; next is not null;)
        {
            var page = PredictionsPage.Parse((await AskAsync(
                router, $"{AdminPaths.Predictions}?model=fraud{Range}{(next.Length > 0 ? $"&cursor={next}" : "")}")).Body);
            Assert.InRange(page.Predictions.Count, 0, 100);
            read.AddRange(page.Predictions);
            next = page.Next;
        }

        Assert.Equal(Enumerable.Range(0, 250).Reverse().Select(SomeRecord.IdOf), read.Select(static one => one.RequestId));
        var first = PredictionsPage.Parse((await AskAsync(router, $"{AdminPaths.Predictions}?model=fraud&limit=3{Range}")).Body);
        Assert.Equal(3, first.Predictions.Count);
    }

    [Fact]
    public async Task By_default_the_last_ten_minutes_are_read()
    {
        var now = TimeProvider.System.GetUtcNow();
        store.Add(
            SomeRecord.Create(1, now.AddMinutes(-9) - SomeRecord.Start),
            SomeRecord.Create(2, now.AddMinutes(-11) - SomeRecord.Start));
        await using var router = await StartAsync();
        var page = PredictionsPage.Parse((await AskAsync(router, $"{AdminPaths.Predictions}?model=fraud")).Body);
        Assert.Equal(SomeRecord.IdOf(1), page.Predictions.Single().RequestId);
    }

    [Fact]
    public async Task A_request_is_shown_with_its_attempts_and_its_outcome()
    {
        store.Add(SomeRecord.Create(1, attempt: 1), SomeRecord.Create(1, attempt: 2));
        await using var router = await StartAsync();
        const string Outcome = """{"value":"fraud","observedAt":"2026-11-28T10:00:00Z"}""";
        Assert.Equal(204, (await router.InferAsync(Outcome, Key(OperatorKey), OutcomePaths.Outcome(SomeRecord.IdOf(1)))).Status);
        var found = RequestPredictions.Parse((await AskAsync(router, AdminPaths.Prediction(SomeRecord.IdOf(1).ToLowerInvariant()))).Body);
        Assert.Equal([1, 2], found.Attempts.Select(static one => one.Attempt));
        Assert.All(found.Attempts, static one => Assert.Equal("fraud", one.Outcome!.Value.Text));
    }

    [Fact]
    public async Task A_request_that_has_not_landed_is_unknown_and_the_answer_says_that_it_may_be_on_its_way()
    {
        await using var router = await StartAsync();
        var answer = await AskAsync(router, AdminPaths.Prediction(SomeRecord.IdOf(1)));
        answer.AssertProblem(404, "unknown-prediction");
        Assert.Contains("on its way", answer.Text, StringComparison.Ordinal);
        store.Outcomes[SomeRecord.IdOf(1)] = new Outcome(SomeRecord.IdOf(1), OutcomeValue.FromFlag(true));
        answer = await AskAsync(router, AdminPaths.Prediction(SomeRecord.IdOf(1)));
        answer.AssertProblem(404, "unknown-prediction");
        Assert.Contains("Its outcome is stored: true", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "'model' is ''")]
    [InlineData("?model=A", "'model' is 'A'")]
    [InlineData("?model=fraud&model=fraud", "'model' is there 2 times")]
    [InlineData("?model=fraud&sicne=2026-11-28", "the parameter 'sicne' is unknown")]
    [InlineData("?model=fraud&since=10m", "'since' is '10m'; it must be a time")]
    [InlineData("?model=fraud&since=2026-11-28&until=2026-11-28", "'since' is 2026-11-28T00:00:00Z; it must be before 'until'")]
    [InlineData("?model=fraud&limit=0", "'limit' is '0'; it must be a whole number from 1 to 500")]
    [InlineData("?model=fraud&limit=501", "'limit' is '501'")]
    [InlineData("?model=fraud&cursor=x", "'cursor' is 'x'")]
    [InlineData("/x", "the path names 'x'")]
    [InlineData("/", "the path names ''")]
    public async Task A_wrong_request_is_answered_with_the_place(string rest, string detail)
    {
        await using var router = await StartAsync();
        var answer = await AskAsync(router, AdminPaths.Predictions + rest);
        answer.AssertProblem(400, "bad-request");
        Assert.Contains(detail, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predictions_are_for_operators_on_the_admin_port_and_are_only_read()
    {
        await using var router = await StartAsync();
        foreach (var path in (string[])[AdminPaths.Predictions, AdminPaths.Prediction(SomeRecord.IdOf(1))])
        {
            (await router.AskAdminAsync(path)).AssertProblem(401, "unauthenticated");
            foreach (var key in (string[])[CallerKey, TesterKey, ReporterKey])
                (await router.AskAdminAsync(path, Key(key))).AssertProblem(403, "forbidden");
            (await router.AskAsync(RunningRouter.Get(path, Key(OperatorKey)))).AssertProblem(404, "no-such-path");
            (await router.SendAdminAsync(RunningRouter.Infer("{}", Key(OperatorKey), path))).AssertProblem(405, "method-not-allowed");
        }
    }

    [Theory]
    [InlineData(PredictionStoreError.Unavailable, 503, "predictions-unavailable", "5")]
    [InlineData(PredictionStoreError.Throttled, 503, "predictions-throttled", "5")]
    [InlineData(PredictionStoreError.Refused, 500, "internal", null)]
    public async Task A_store_that_fails_is_reported(PredictionStoreError error, int status, string reason, string? retryAfter)
    {
        await using var router = await StartAsync();
        store.Failure = new PredictionStoreException(error, "the disk is gone");
        foreach (var path in (string[])[$"{AdminPaths.Predictions}?model=fraud", AdminPaths.Prediction(SomeRecord.IdOf(1))])
        {
            var answer = await AskAsync(router, path);
            answer.AssertProblem(status, reason);
            Assert.Equal(retryAfter, answer["Retry-After"]);
            Assert.Contains("the disk is gone", answer.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_prediction_log_the_answer_says_so()
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        (await AskAsync(router, $"{AdminPaths.Predictions}?model=fraud")).AssertProblem(404, "no-prediction-log");
    }

    private static Task<RawMessage> AskAsync(RunningRouter router, string path) => router.AskAdminAsync(path, Key(OperatorKey));

    private Task<RunningRouter> StartAsync() =>
        RunningRouter.StartAsync(endpoint, Keys(), services => services.AddSingleton<IPredictionStore>(store));
}
