using System.Security.Cryptography;
using ModelServing.Cache.Splitting;
using ModelServing.Contracts;
using ModelServing.Functions.Listener;
using ModelServing.Rollout.Journal;
using ModelServing.Rollout.Splitting;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Router;
using ModelServing.Services.Tests.Router.Rollouts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Functions.TrafficSplitter;

/// <summary>Large bodies, short deadlines, and routers that end in the middle of a call. The router is the test's own.</summary>
public sealed class HardCallsTests : IAsyncLifetime
{
    private const string Lost = "";

    private readonly List<RawMessage> seen = [];
    private TestedCache cache = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => cache = await TestedRedis.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (cache is not null)
            await cache.DisposeAsync();
    }

    [Fact]
    public async Task Six_megabytes_of_any_bytes_pass_in_both_directions_and_one_byte_more_is_refused()
    {
        byte[] body = RandomNumberGenerator.GetBytes(FunctionCall.MaxBodyBytes);
        await using var router = new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is { } request)
            {
                Assert.Equal(body, request.Body);
                await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: {request.Body.Length}\r\n\r\n");
                await connection.SendAsync(request.Body);
            }
        });
        await using var splitter = await StartAsync(router, canaryWeight: 0);
        var answer = await splitter.SendAsync("POST", RunningRouter.InferPath, body);
        Assert.Equal((200, "a/b"), (answer.Status, answer.Headers["Content-Type"]));
        Assert.Equal(body, answer.Body);
        var refused = await splitter.SendAsync("POST", RunningRouter.InferPath, new byte[FunctionCall.MaxBodyBytes + 1]);
        Assert.Equal(413, refused.Status);
        Assert.Contains("body-too-large", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_a_function_can_not_return_is_a_problem()
    {
        var large = new string('x', FunctionCall.MaxBodyBytes + 1);
        await using var router = Answering(_ => RawServer.Ok(large));
        await using var splitter = await StartAsync(router, canaryWeight: 0);
        var answer = await splitter.InferAsync();
        Assert.Equal(502, answer.Status);
        Assert.Contains("answer-too-large", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_router_that_ends_in_the_middle_of_a_canarys_call_leads_to_stable()
    {
        await using var router = Answering(request => IsCall(request, "assigned") ? Lost : RawServer.Ok("stable"));
        await using var splitter = await StartAsync(router, canaryWeight: PlanDocument.Buckets);
        var answer = await splitter.InferAsync();
        Assert.Equal((200, "stable", "canary"), (answer.Status, answer.Text, answer.Headers["X-Model-Failover"]));
        // It is not evidence against the version.
        Assert.Equal("canary;version=2;trial=1;kind=excused", seen[^1]["X-Split-Failed"]);
    }

    [Fact]
    public async Task A_router_that_ends_in_the_middle_of_stables_call_is_a_problem_because_the_version_may_have_worked()
    {
        await using var router = Answering(static _ => Lost);
        await using var splitter = await StartAsync(router, canaryWeight: 0);
        var answer = await splitter.InferAsync();
        Assert.Equal(502, answer.Status);
        Assert.Contains("router-lost", answer.Text, StringComparison.Ordinal);
        Assert.Single(seen);
    }

    [Fact]
    public async Task A_router_that_starts_again_during_the_call_answers_it()
    {
        var before = Answering(static _ => RawServer.Ok("old"));
        var port = before.Address.Port;
        await using var splitter = await StartAsync(before, canaryWeight: 0);
        Assert.Equal("old", (await splitter.InferAsync()).Text);
        await before.DisposeAsync();
        var asked = splitter.InferAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(200), Token);
        Assert.False(asked.IsCompleted);
        await using var after = Answering(static _ => RawServer.Ok("new"), port);
        Assert.Equal("new", (await asked).Text);
    }

    [Fact]
    public async Task Without_a_router_the_caller_is_told_within_its_time()
    {
        await using var splitter = await SomeSplitter.StartAsync($"http://{RawServer.NobodyThere()}", cache.Settings);
        var answer = await splitter.InferAsync(deadline: TimeSpan.FromSeconds(20));
        Assert.Equal(503, answer.Status);
        Assert.Contains("no-router", answer.Text, StringComparison.Ordinal);
        Assert.NotEmpty(answer.Headers["X-Request-Id"]);
    }

    [Fact]
    public async Task A_deadline_that_has_passed_is_answered_with_504()
    {
        await using var router = SomeServers.Silent();
        await using var splitter = await StartAsync(router, canaryWeight: 0);
        foreach (var left in (TimeSpan[])[TimeSpan.FromSeconds(-1), TimeSpan.FromMilliseconds(300)])
        {
            var answer = await splitter.InferAsync(deadline: left);
            Assert.Equal(504, answer.Status);
            Assert.Contains("urn:modelserving:problem:deadline", answer.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_retry_has_what_is_left_of_the_callers_time()
    {
        await using var router = Answering(request => IsCall(request, "assigned")
            ? "HTTP/1.1 504 X\r\nX-Split-Result: late\r\nX-Split-Client: 01\r\nX-Split-Attempt-Limit: 1000\r\nContent-Length: 0\r\n\r\n"
            : RawServer.Ok("stable"));
        await using var splitter = await StartAsync(router, canaryWeight: PlanDocument.Buckets);
        Assert.Equal(200, (await splitter.InferAsync(headers: ("X-Request-Timeout", "2000"))).Status);
        Assert.Equal("2000", seen[0]["X-Request-Timeout"]);
        Assert.InRange(int.Parse(seen[1]["X-Request-Timeout"]!, System.Globalization.CultureInfo.InvariantCulture), 1, 2000);
        Assert.Equal(("1", "canary;version=2;trial=1;kind=excused"), (seen[1]["X-Request-Timeout-Shortened"], seen[1]["X-Split-Failed"]));
    }

    [Fact]
    public async Task An_assignment_that_stays_outdated_is_answered_by_stable()
    {
        await using var router = Answering(request => IsCall(request, "assigned")
            ? "HTTP/1.1 409 X\r\nX-Split-Result: outdated\r\nContent-Length: 0\r\n\r\n"
            : RawServer.Ok("stable"));
        await using var splitter = await StartAsync(router, canaryWeight: PlanDocument.Buckets);
        Assert.Equal((200, "stable"), ((await splitter.InferAsync()) is var answer ? answer.Status : 0, answer.Text));
        Assert.Equal(["assigned", "stable"], seen.Select(static request => request["X-Split-Call"]));
        Assert.Equal(seen[0]["X-Request-Id"], seen[1]["X-Request-Id"]);
    }

    private static bool IsCall(RawMessage request, string call) => request["X-Split-Call"] == call;

    private RawServer Answering(Func<RawMessage, string> answer, int port = 0) => new(
        async connection =>
        {
            while (await connection.ReadMessageAsync() is { } request)
            {
                lock (seen)
                    seen.Add(request);
                if (answer(request) is not Lost and var text)
                    await connection.SendAsync(text);
                else
                    return;
            }
        },
        port);

    private async Task<SomeSplitter> StartAsync(RawServer router, int canaryWeight)
    {
        await new PublishedStates(cache.Open(), "local").WriteAsync(
            Guid.NewGuid(),
            new PublishedRollouts
            {
                Time = TimeProvider.System.GetUtcNow(),
                PlanSince = TimeProvider.System.GetUtcNow(),
                Plan = SomeRouters.PatientCanary2(canaryWeight),
                States = new Dictionary<ModelName, JournalState> { [SomePlan.Model] = JournalState.Empty(SomePlan.Model) },
                Decided = [],
            }.ToBytes(),
            Token);
        return await SomeSplitter.StartAsync($"http://{router.Address}", cache.Settings);
    }
}
