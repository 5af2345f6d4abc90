using System.Net;
using ModelServing.Contracts;
using ModelServing.Contracts.Splitting;
using ModelServing.Rollout.Guard;
using ModelServing.Rollout.Journal;
using ModelServing.Services.Tests.Journal;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Splitting;

/// <summary>The router's port for the function TrafficSplitter.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class SplitPortTests : IAsyncLifetime
{
    private const string Id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    private const string Key = "X-Split-Key: secret\r\n";
    private const string ToCanary =
        Key + "X-Split-Call: assigned\r\nX-Request-Id: " + Id + "\r\n" +
        "X-Model-Variant: canary\r\nX-Model-Revision: r1\r\nX-Model-Trial: 1\r\n";

    private const string ToStable =
        Key + "X-Split-Call: retried\r\nX-Request-Id: " + Id + "\r\n" +
        "X-Model-Variant: stable\r\nX-Model-Revision: r1\r\nX-Model-Trial: 1\r\n" +
        "X-Split-Client: 00000000000000ff\r\nX-Split-Attempt-Limit: 700\r\n";

    private readonly List<RawMessage> seen = [];
    private readonly RawServer stable;
    private readonly RawServer canary;
    private string canaryAnswer = RawServer.Ok("v2");
    private RunningRouter router = null!;

    public SplitPortTests()
    {
        stable = RawServer.Answering(request => Seen(request, RawServer.Ok("v1")));
        canary = RawServer.Answering(request => Seen(request, canaryAnswer));
    }

    public async ValueTask InitializeAsync()
    {
        router = await RunningRouter.StartAsync(static settings => settings with
        {
            SplitUrls = "http://127.0.0.1:0",
            SplitKey = "secret",
            Cache = new CacheSettings { Addresses = [RawServer.NobodyThere().ToString()] },
        });
        Swap();
    }

    public async ValueTask DisposeAsync()
    {
        await router.DisposeAsync();
        await stable.DisposeAsync();
        await canary.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("X-Split-Key: secre\r\n")]
    [InlineData("X-Split-Key: secret\r\nX-Split-Key: secret\r\n")]
    public async Task Each_request_needs_the_key(string headers)
    {
        string[] requests = [RunningRouter.Infer("{}", headers), RunningRouter.Get("/metrics", headers), RunningRouter.Get("/v2", headers)];
        foreach (var request in requests)
            Assert.Equal(401, (await AskAsync(request)).Status);
        Assert.Empty(seen);
    }

    [Fact]
    public async Task An_assigned_request_reaches_its_variant_with_its_identifier_and_no_secret()
    {
        const string Headers = ToCanary + "X-Split-Key-Hash: 0f\r\nX-Split-Routing-Key: a%20b\r\n";
        var answer = await AskAsync(RunningRouter.Infer("{}", Headers, Pinned(2)));
        Assert.Equal((200, "v2", "canary", Id), (answer.Status, answer.Text, answer["X-Model-Variant"], answer["X-Request-Id"]));
        Assert.Equal(16, answer[SplitHeaders.Client]!.Length);
        Assert.Equal("7500", answer[SplitHeaders.AttemptLimit]);
        Assert.Null(answer[SplitHeaders.Result]);
        var got = Assert.Single(seen);
        Assert.Equal(
            (Id, "canary", "r1", "1"),
            (got["X-Request-Id"], got["X-Model-Variant"], got["X-Model-Revision"], got["X-Model-Trial"]));
        Assert.DoesNotContain(
            got.Headers, static header => header.Name.StartsWith(SplitHeaders.Prefix, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\noops", 500, null)]
    [InlineData("HTTP/1.1 400 X\r\nContent-Length: 4\r\n\r\noops", 400, null)]
    [InlineData("nonsense\r\n\r\n", 502, SplitResults.BadAnswer)]
    public async Task The_router_does_not_fail_over_and_says_how_the_attempt_ended(string wire, int status, string? result)
    {
        canaryAnswer = wire;
        var answer = await AskAsync(RunningRouter.Infer("{}", ToCanary, Pinned(2)));
        Assert.Equal((status, result), (answer.Status, answer[SplitHeaders.Result]));
        Assert.Single(seen);
        // The function counts it.
        Assert.Empty(router.Fraud.Watched);
        await router.AssertCountAsync(1, "modelserving_router_attempts_total", "variant=\"canary\"");
    }

    [Fact]
    public async Task A_lost_connection_names_its_endpoint_and_a_refused_one_is_unreachable()
    {
        await using var cutting = new RawServer(static async connection => await connection.ReadMessageAsync());
        Swap(cutting.Address);
        var lost = await AskAsync(RunningRouter.Infer("{}", ToCanary, Pinned(2)));
        Assert.Equal((502, SplitResults.ConnectionLost, cutting.Address.ToString()),
            (lost.Status, lost[SplitHeaders.Result], lost[SplitHeaders.LostEndpoint]));
        Swap(RawServer.NobodyThere());
        var refused = await AskAsync(RunningRouter.Infer("{}", ToCanary, Pinned(2)));
        Assert.Equal((503, SplitResults.Unreachable), (refused.Status, refused[SplitHeaders.Result]));
    }

    [Theory]
    [InlineData("r2", "canary", 1, 2)]
    [InlineData("r1", "other", 1, 2)]
    [InlineData("r1", "canary", 2, 2)]
    [InlineData("r1", "canary", 1, 1)]
    [InlineData("r1", "canary", 1, 9)]
    public async Task What_the_rollout_does_not_have_any_more_is_outdated(string revision, string variant, int trial, int version)
    {
        var headers = ToCanary.Replace("Revision: r1", $"Revision: {revision}", StringComparison.Ordinal)
            .Replace("Variant: canary", $"Variant: {variant}", StringComparison.Ordinal)
            .Replace("Trial: 1", $"Trial: {trial}", StringComparison.Ordinal);
        var answer = await AskAsync(RunningRouter.Infer("{}", headers, Pinned(version)));
        Assert.Equal((409, SplitResults.Outdated), (answer.Status, answer[SplitHeaders.Result]));
        Assert.Empty(seen);
    }

    [Fact]
    public async Task A_condemned_version_is_outdated_and_so_is_a_canary_whose_journal_is_unread()
    {
        var condemned = JournalState.Empty(SomePlan.Model).Apply(SomeEvents.Numbered([SomeEvents.RolledBack(2)]));
        foreach (var state in (JournalState?[])[condemned, null])
        {
            Swap(stateOf: _ => state);
            Assert.Equal(SplitResults.Outdated, (await AskAsync(RunningRouter.Infer("{}", ToCanary, Pinned(2))))[SplitHeaders.Result]);
        }

        Assert.Empty(seen);
    }

    [Fact]
    public async Task A_retry_reaches_stable_with_the_comparison_and_takes_a_token_of_the_budget()
    {
        var answer = await AskAsync(RunningRouter.Infer("{}", ToStable + Failed("error"), Pinned(1)));
        Assert.Equal((200, "v1", "stable"), (answer.Status, answer.Text, answer["X-Model-Variant"]));
        var got = Assert.Single(seen);
        Assert.Equal(("canary;version=2;trial=1;kind=error", "700"), (got["X-Model-Failover"], got["X-Model-Failover-Within"]));
        Assert.Equal($"{ClientGroups.GroupOf(0xff, 0)}", got["X-Model-Client-Group"]);
        await router.AssertCountAsync(1, "modelserving_router_retries_total", "variant=\"canary\"", "reason=\"error\"");

        // The budget gets a token each tenth of a second, perhaps just before the request.
        await RunningRouter.UntilAsync(
            async () =>
            {
                while (router.Fraud.Budget.TryTake())
                {
                }

                var refused = await AskAsync(RunningRouter.Infer("{}", ToStable + Failed("non-finite"), Pinned(1)));
                return (refused.Status, refused[SplitHeaders.Result]) == (503, SplitResults.NoBudget);
            },
            "a retry finds no token");
        // It has seen nothing of the request, so this retry is free.
        Assert.Equal(200, (await AskAsync(RunningRouter.Infer("{}", ToStable + Failed("unreachable"), Pinned(1)))).Status);
    }

    [Theory]
    [InlineData(Key + "X-Split-Call: assigned\r\n")]
    [InlineData(Key + "X-Split-Call: other\r\nX-Request-Id: " + Id + "\r\n")]
    [InlineData(ToCanary + "X-Split-Key-Hash: zz\r\n")]
    [InlineData(ToStable)]
    [InlineData(ToStable + "X-Split-Failed: canary;version=2;trial=1;kind=wonder\r\n")]
    public async Task Headers_of_another_form_are_refused(string headers)
    {
        var answer = await AskAsync(RunningRouter.Infer("{}", headers, Pinned(2)));
        Assert.Equal((400, SplitResults.Refused), (answer.Status, answer[SplitHeaders.Result]));
    }

    [Fact]
    public async Task Only_stable_answers_a_request_that_the_function_could_not_assign()
    {
        Swap(canaryWeight: PlanDocument.Buckets);
        var answer = await AskAsync(RunningRouter.Infer("{}", $"{Key}X-Split-Call: stable\r\nX-Request-Id: {Id}\r\n"));
        Assert.Equal((200, "v1", Id), (answer.Status, answer.Text, answer["X-Request-Id"]));
        Assert.Equal(404, (await AskAsync(
            RunningRouter.Infer("{}", $"{Key}X-Split-Call: stable\r\nX-Request-Id: {Id}\r\n", "/v2/models/other/infer"))).Status);
    }

    [Fact]
    public async Task Without_an_assignment_the_router_does_everything_and_at_its_own_port_these_headers_mean_nothing()
    {
        Swap(canaryWeight: PlanDocument.Buckets);
        var own = await AskAsync(RunningRouter.Infer("{}", Key));
        Assert.Equal((200, "v2", "canary"), (own.Status, own.Text, own["X-Model-Variant"]));
        var client = await router.InferAsync("{}", ToStable + Failed("error"));
        Assert.Equal((200, "v2"), (client.Status, client.Text));
        Assert.NotEqual(Id, client["X-Request-Id"]);
        Assert.Null(client[SplitHeaders.Client]);
        Assert.All(seen, static got => Assert.Null(got["X-Model-Failover"]));
    }

    private static string Pinned(int version) => $"/v2/models/fraud/versions/{version}/infer";

    private static string Failed(string kind) => $"X-Split-Failed: canary;version=2;trial=1;kind={kind}\r\n";

    private string Seen(RawMessage request, string answer)
    {
        if (request.StartLine.StartsWith("POST", StringComparison.Ordinal))
            seen.Add(request);
        return answer;
    }

    private void Swap(
        IPEndPoint? canaryAddress = null, int canaryWeight = 5000, Func<ModelName, JournalState?>? stateOf = null) => router.Swap(
            SomePlan.Canary(canaryWeight),
            SomePlan.Endpoints((1, stable.Address), (2, canaryAddress ?? canary.Address)),
            stateOf);

    private async Task<RawMessage> AskAsync(string request)
    {
        using var client = await RawConnection.ConnectAsync(IPEndPoint.Parse(router.Split.Authority));
        await client.SendAsync(request);
        return await client.ReadMessageAsync() ?? throw new EndOfStreamException("the router closed without an answer");
    }
}
