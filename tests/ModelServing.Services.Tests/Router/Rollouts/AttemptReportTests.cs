using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Router.Forwarding;
using ModelServing.Services.Tests.Clients;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>First attempts are reported, and nothing else is.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class AttemptReportTests : IAsyncDisposable
{
    private static readonly PlanDocument AllCanary = SomePlan.Canary(PlanDocument.Buckets, routingKey: "X-Customer");

    private readonly RecordedAttempts recorded = new();
    private readonly RawServer stable = RawServer.Saying("stable");

    public ValueTask DisposeAsync() => stable.DisposeAsync();

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "success")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "success")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Model-Outcome: non-finite\r\nContent-Length: 0\r\n\r\n", "non-finite")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Model-Outcome: else\r\nContent-Length: 0\r\n\r\n", "success")]
    [InlineData("HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n", "client-error")]
    [InlineData("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", "error")]
    [InlineData("HTTP/1.1 504 X\r\nContent-Length: 0\r\n\r\n", "error")]
    [InlineData("nonsense\r\n\r\n", "error")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", "connection-lost")]
    public async Task Each_answer_is_counted_for_its_variant(string wire, string outcome)
    {
        foreach (var variant in (string[])[VariantPlan.Canary, VariantPlan.Stable])
        {
            await using var endpoint = new RawServer(async connection =>
            {
                await connection.ReadMessageAsync();
                await connection.SendAsync(wire);
            });
            var isStable = variant == VariantPlan.Stable;
            await using var router = await RunningRouter.StartAsync(
                isStable ? SomePlan.Canary(0) : AllCanary,
                SomePlan.Endpoints((1, isStable ? endpoint.Address : stable.Address), (2, isStable ? stable.Address : endpoint.Address)),
                recorded.AddTo);
            var answer = await router.InferAsync();
            if (outcome == "non-finite" && isStable)
                Assert.Equal("non-finite", answer["X-Model-Outcome"]);
            await RunningRouter.UntilAsync(
                () => recorded.All.Length == (isStable ? 2 : 1),
                "the attempt is reported, and the retry is not");
            var (attempt, result) = recorded.All[^1];
            Assert.Null(attempt.KeyHash);
            Assert.Equal(endpoint.Address, result.Endpoint!.Address);
            Assert.Equal(("fraud", variant), (attempt.Model.Name.Text, attempt.Route.Variant));
            await AssertOutcomesAsync(router, (outcome, 1));
        }
    }

    [Fact]
    public async Task A_stable_answer_after_the_limit_is_the_same_failure_as_a_canary_that_was_cut()
    {
        using var go = new SemaphoreSlim(0);
        await using var slow = new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is not null)
            {
                await go.WaitAsync();
                await connection.SendAsync(RawServer.Ok("late"));
            }
        });
        foreach (var weight in (int[])[0, PlanDocument.Buckets])
        {
            await using var router = await RunningRouter.StartAsync(
                SomePlan.Canary(weight).Limited(1000),
                SomePlan.Endpoints((1, weight == 0 ? slow.Address : stable.Address), (2, weight == 0 ? stable.Address : slow.Address)),
                Recorded(out var time));
            foreach (var (milliseconds, isLate) in ((int, bool)[])[(999, false), (1000, true)])
            {
                var asking = router.InferAsync();
                await RunningRouter.UntilAsync(() => Busy(router) == 1, "the version has the request");
                // The sweep that cuts the canary runs at multiples of its period.
                time.Advance(TimeSpan.FromMilliseconds(milliseconds + (weight == 0 ? 0 : isLate ? 40 : -40)));
                go.Release();
                var answer = await asking;
                Assert.Equal(200, answer.Status);
                Assert.Equal(weight != 0 && isLate ? "stable" : "late", answer.Text);
                await AssertOutcomesAsync(router, ("success", 1), ("error", isLate ? 1 : 0));
            }
        }
    }

    [Fact]
    public async Task The_time_of_an_attempt_begins_with_the_end_of_the_body_and_not_with_the_clients_pace()
    {
        var begun = 0;
        await using var stable = new RawServer(ServeAsync);
        await using var canary = new RawServer(ServeAsync);
        foreach (var length in (int[])[100, ClientBody.AheadLimit + 1000, ClientBody.JoinedLimit + 1000])
        {
            foreach (var weight in (int[])[0, PlanDocument.Buckets])
            {
                await using var router = await RunningRouter.StartAsync(
                    SomePlan.Canary(weight).Limited(1000),
                    SomePlan.Endpoints((1, stable.Address), (2, canary.Address)),
                    Recorded(out var time));
                using var client = await router.ConnectAsync();
                var message = RunningRouter.Infer(new string('x', length));
                begun = 0;
                await client.SendAsync(message[..^1]);
                // A body that is passed on has begun to reach the version; nothing shows how far one has been read ahead.
                var isPassedOn = weight == 0 && length > ClientBody.AheadLimit;
                await RunningRouter.UntilAsync(() => Volatile.Read(ref begun) == (isPassedOn ? 1 : 0), "the version has the beginning");
                time.Advance(TimeSpan.FromSeconds(3));
                await client.SendAsync(message[^1..]);
                Assert.Equal(200, (await client.ReadMessageAsync())!.Status);
                Assert.Equal(0, recorded.All[^1].Result.Elapsed);
                await AssertOutcomesAsync(router, ("success", 1));
            }
        }

        async Task ServeAsync(RawConnection connection)
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                Interlocked.Increment(ref begun);
                await connection.ReadExactlyAsync(int.Parse(head["Content-Length"]!, CultureInfo.InvariantCulture));
                await connection.SendAsync(RawServer.Ok("{}"));
            }
        }
    }

    [Fact]
    public async Task A_refused_connection_is_unreachable_and_has_no_endpoint()
    {
        await using var router = await RunningRouter.StartAsync(
            AllCanary,
            SomePlan.Endpoints((1, stable.Address), (2, RawServer.NobodyThere())),
            Recorded(out _));
        for (var i = 0; i < 2; i++)
            Assert.Equal(200, (await router.InferAsync()).Status);
        Assert.Equal(2, recorded.All.Length);
        Assert.All(recorded.All, static reported => Assert.Null(reported.Result.Endpoint));
        await AssertOutcomesAsync(router, ("unreachable", 2));
    }

    [Fact]
    public async Task A_keys_hash_is_the_assignments_for_every_variant()
    {
        await using var two = RawServer.Saying("two");
        var plan = SomePlan.Canary(5000, routingKey: "X-Customer");
        await using var router = await RunningRouter.StartAsync(
            plan,
            SomePlan.Endpoints((1, stable.Address), (2, two.Address)),
            Recorded(out _));
        var assignment = new Assignment(plan.Rollouts[SomePlan.Model]);
        for (var i = 0; i < 20; i++)
        {
            var answer = await router.InferAsync(headers: $"X-Customer: c{i}\r\n");
            Assert.Equal(assignment.HashOf(Encoding.UTF8.GetBytes($"c{i}")), recorded.All[^1].Attempt.KeyHash);
            Assert.Equal(answer["X-Model-Variant"], recorded.All[^1].Attempt.Route.Variant);
        }
    }

    [Fact]
    public async Task Requests_that_the_rollout_did_not_assign_or_the_client_ended_are_never_counted()
    {
        await using var two = new RawServer(static async connection =>
        {
            while (await connection.ReadMessageAsync() is { } request)
            {
                if (request.Text == "wait")
                    await connection.ReadToEndAsync();
                await connection.SendAsync(RawServer.Ok("two"));
            }
        });
        await using var router = await RunningRouter.StartAsync(
            AllCanary, SomePlan.Endpoints((1, stable.Address), (2, two.Address)), recorded.AddTo);
        await router.InferAsync(path: "/v2/models/fraud/versions/2/infer");
        await router.AskAsync(RunningRouter.Get("/v2/models/fraud"));
        await router.AskAsync(RunningRouter.Get("/v2/models/fraud/ready"));
        await router.InferAsync(path: "/v2/models/fraud/versions/9/infer");
        await router.InferAsync(headers: "X-Request-Timeout: soon\r\n");
        var leaving = await router.ConnectAsync();
        await leaving.SendAsync(RunningRouter.Infer("wait"));
        await RunningRouter.UntilAsync(() => Busy(router) == 1, "the version has the request");
        leaving.Dispose();
        await router.AssertCountAsync(1, "modelserving_router_request_duration_seconds_count", "status=\"499\"");
        router.Swap(SomePlan.Stable(), SomePlan.Endpoints((1, stable.Address)));
        await router.InferAsync();
        await router.AssertCountAsync(0, "modelserving_router_attempts_total");
    }

    [Fact]
    public async Task A_tester_who_names_the_variant_is_not_reported()
    {
        await using var two = RawServer.Answering(static _ => "HTTP/1.1 500 X\r\nContent-Length: 3\r\n\r\ntwo");
        await using var router = await RunningRouter.StartAsync(stable, SomeClients.Keys(), recorded.AddTo);
        router.Swap(SomePlan.Canary(0), SomePlan.Endpoints((1, stable.Address), (2, two.Address)));
        const string Named = "X-Model-Variant: canary\r\n";
        var tester = SomeClients.Key(SomeClients.TesterKey);
        var answer = await router.InferAsync(headers: Named + tester);
        Assert.Equal(
            (500, "two", "canary", "2", null),
            (answer.Status, answer.Text, answer["X-Model-Variant"], answer["X-Model-Version"], answer["X-Model-Failover"]));
        Assert.Equal("stable", (await router.InferAsync(headers: "X-Model-Variant: stable\r\n" + tester)).Text);
        RouterAnswers.AssertProblem(await router.InferAsync(headers: "X-Model-Variant: q4\r\n" + tester), 404, "unknown-variant");
        Assert.Empty(recorded.All);

        Assert.Equal(
            ("stable", "stable"),
            ((await router.InferAsync(
                headers: Named + SomeClients.Key(SomeClients.CallerKey))).Text, recorded.All.Single().Attempt.Route.Variant));
    }

    private static async Task AssertOutcomesAsync(RunningRouter router, params (string Outcome, int Count)[] expected)
    {
        foreach (var (outcome, count) in expected)
            await router.AssertCountAsync(count, "modelserving_router_attempts_total", $"outcome=\"{outcome}\"");
        Assert.Equal(expected.Sum(static one => one.Count), await router.CountAsync("modelserving_router_attempts_total"));
    }

    private static int Busy(RunningRouter router) => router.Table.Endpoints.Values.Sum(static endpoint => endpoint.InFlight);

    private Action<IServiceCollection> Recorded(out SteppedTime time)
    {
        var frozen = RunningRouter.WithSteppedTime(out time);
        return services =>
        {
            frozen(services);
            recorded.AddTo(services);
        };
    }
}
