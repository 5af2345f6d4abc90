using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Observing;
using ModelServing.Services.Tests.Router.Clients;
using ModelServing.Services.Tests.Router.Forwarding;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Observing;

/// <summary>What is reported of first attempts, and of nothing else.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class AttemptReportTests : IAsyncDisposable
{
    private static readonly PlanDocument AllCanary = SomePlan.Canary(PlanDocument.Buckets, routingKey: "X-Customer");

    private readonly RecordedAttempts recorded = new();
    private readonly RawServer stable = RawServer.Saying("stable");

    public ValueTask DisposeAsync() => stable.DisposeAsync();

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "Success", false)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "Success", false)]
    [InlineData("HTTP/1.1 200 OK\r\nX-Model-Outcome: non-finite\r\nContent-Length: 0\r\n\r\n", "Success", true)]
    [InlineData("HTTP/1.1 200 OK\r\nX-Model-Outcome: else\r\nContent-Length: 0\r\n\r\n", "Success", false)]
    [InlineData("HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n", "ClientError", false)]
    [InlineData("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", "Error", false)]
    [InlineData("HTTP/1.1 504 X\r\nContent-Length: 0\r\n\r\n", "Error", false)]
    [InlineData("nonsense\r\n\r\n", "Error", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", "ConnectionLost", false)]
    public async Task Each_answer_says_something_of_its_variant(string wire, string outcome, bool isNonFinite)
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
                services => services.AddSingleton<IAttemptObserver>(recorded));
            var answer = await router.InferAsync();
            if (isNonFinite)
                Assert.Equal("non-finite", answer["X-Model-Outcome"]);
            await RunningRouter.UntilAsync(() => recorded.All.Length == (isStable ? 2 : 1), "the attempt is reported, and the retry is not");
            var attempt = recorded.All[^1];
            Assert.Equal((outcome, isNonFinite, false, null), (attempt.Outcome.ToString(), attempt.IsNonFinite, attempt.PassedLimit, attempt.KeyHash));
            Assert.Equal((variant, endpoint.Address), (attempt.Variant.Variant, attempt.Endpoint!.Address));
            Assert.Equal("fraud", attempt.Model.Name.Text);
        }
    }

    [Fact]
    public async Task An_answer_of_stable_after_the_limit_is_the_same_failure_as_a_canary_that_was_cut()
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
            foreach (var (milliseconds, outcome) in ((int, AttemptOutcome)[])[(999, AttemptOutcome.Success), (1000, AttemptOutcome.Error)])
            {
                var asking = router.InferAsync();
                await RunningRouter.UntilAsync(() => Busy(router) == 1, "the version has the request");
                // The sweep, which cuts the canary, looks at multiples of its period.
                time.Advance(TimeSpan.FromMilliseconds(milliseconds + (weight == 0 ? 0 : outcome == AttemptOutcome.Error ? 40 : -40)));
                go.Release();
                var answer = await asking;
                Assert.Equal(200, answer.Status);
                var attempt = recorded.All[^1];
                Assert.Equal((outcome, outcome == AttemptOutcome.Error), (attempt.Outcome, attempt.PassedLimit));
                Assert.Equal(weight == 0 ? "late" : outcome == AttemptOutcome.Success ? "late" : "stable", answer.Text);
            }
        }
    }

    [Fact]
    public async Task The_time_of_an_attempt_begins_with_the_end_of_the_body_and_not_with_the_clients_pace()
    {
        var begun = 0;
        await using var version = new RawServer(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                Interlocked.Increment(ref begun);
                await connection.ReadExactlyAsync(int.Parse(head["Content-Length"]!, CultureInfo.InvariantCulture));
                await connection.SendAsync(RawServer.Ok("{}"));
            }
        });
        foreach (var length in (int[])[100, ClientBody.AheadLimit + 1000, ClientBody.KeptLimit + 1000])
        {
            foreach (var weight in (int[])[0, PlanDocument.Buckets])
            {
                await using var router = await RunningRouter.StartAsync(
                    SomePlan.Canary(weight).Limited(1000), SomePlan.Endpoints((1, version.Address), (2, version.Address)), Recorded(out var time));
                using var client = await router.ConnectAsync();
                var message = RunningRouter.Infer(new string('x', length));
                begun = 0;
                await client.SendAsync(message[..^1]);
                // Where the body is passed on the version has its beginning; where it is read ahead nothing shows how far that is.
                var isPassedOn = length > (weight == 0 ? ClientBody.AheadLimit : ClientBody.KeptLimit);
                await RunningRouter.UntilAsync(() => Volatile.Read(ref begun) == (isPassedOn ? 1 : 0), "the version has the beginning");
                time.Advance(TimeSpan.FromSeconds(3));
                await client.SendAsync(message[^1..]);
                Assert.Equal(200, (await client.ReadMessageAsync())!.Status);
                Assert.Equal((AttemptOutcome.Success, TimeSpan.Zero), (recorded.All[^1].Outcome, recorded.All[^1].Elapsed));
            }
        }
    }

    [Fact]
    public async Task Nobody_reached_is_unreachable_and_no_endpoints()
    {
        await using var router = await RunningRouter.StartAsync(AllCanary, SomePlan.Endpoints((1, stable.Address), (2, RawServer.NobodyThere())), Recorded(out _));
        for (var i = 0; i < 2; i++)
            Assert.Equal(200, (await router.InferAsync()).Status);
        Assert.All(recorded.All, static attempt => Assert.Equal((AttemptOutcome.Unreachable, null), (attempt.Outcome, attempt.Endpoint)));
        Assert.Equal(2, recorded.All.Length);
    }

    [Fact]
    public async Task The_hash_of_a_key_is_the_assignments_whichever_variant_it_gets()
    {
        await using var two = RawServer.Saying("two");
        var plan = SomePlan.Canary(5000, routingKey: "X-Customer");
        await using var router = await RunningRouter.StartAsync(plan, SomePlan.Endpoints((1, stable.Address), (2, two.Address)), Recorded(out _));
        var assignment = new Assignment(plan.Rollouts[SomePlan.Model]);
        for (var i = 0; i < 20; i++)
        {
            var answer = await router.InferAsync(headers: $"X-Customer: c{i}\r\n");
            Assert.Equal(assignment.HashOf(Encoding.UTF8.GetBytes($"c{i}")), recorded.All[^1].KeyHash);
            Assert.Equal(answer["X-Model-Variant"], recorded.All[^1].Variant.Variant);
        }
    }

    [Fact]
    public async Task What_the_rollout_did_not_assign_or_the_client_ended_is_never_reported()
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
            AllCanary, SomePlan.Endpoints((1, stable.Address), (2, two.Address)), services => services.AddSingleton<IAttemptObserver>(recorded));
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
        Assert.Empty(recorded.All);
        await router.AssertCountAsync(0, "modelserving_router_attempts_total");
    }

    [Fact]
    public async Task A_tester_who_may_names_the_variant_and_says_nothing_of_it()
    {
        await using var two = RawServer.Answering(static _ => "HTTP/1.1 500 X\r\nContent-Length: 3\r\n\r\ntwo");
        await using var router = await RunningRouter.StartAsync(stable, SomeClients.Keys(), services => services.AddSingleton<IAttemptObserver>(recorded));
        router.Swap(SomePlan.Canary(0), SomePlan.Endpoints((1, stable.Address), (2, two.Address)));
        const string Named = "X-Model-Variant: canary\r\n";
        var tester = SomeClients.Key(SomeClients.TesterKey);
        var answer = await router.InferAsync(headers: Named + tester);
        Assert.Equal((500, "two", "canary", "2", null), (answer.Status, answer.Text, answer["X-Model-Variant"], answer["X-Model-Version"], answer["X-Model-Failover"]));
        Assert.Equal("stable", (await router.InferAsync(headers: "X-Model-Variant: stable\r\n" + tester)).Text);
        RouterTests.AssertProblem(await router.InferAsync(headers: "X-Model-Variant: q4\r\n" + tester), 404, "unknown-variant");
        Assert.Empty(recorded.All);

        Assert.Equal(("stable", "stable"), ((await router.InferAsync(headers: Named + SomeClients.Key(SomeClients.CallerKey))).Text, recorded.All.Single().Variant.Variant));
    }

    private static int Busy(RunningRouter router) => router.Table.Endpoints.Values.Sum(static endpoint => endpoint.InFlight);

    private Action<IServiceCollection> Recorded(out SteppedTime time)
    {
        var frozen = FailoverTests.Frozen(out time);
        return services =>
        {
            frozen(services);
            services.AddSingleton<IAttemptObserver>(recorded);
        };
    }
}
