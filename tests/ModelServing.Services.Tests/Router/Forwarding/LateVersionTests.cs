using System.Runtime.CompilerServices;
using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Forwarding;

/// <summary>A version that is late has a little longer to say why. Its answer is stable's in any case.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class LateVersionTests
{
    private const int Limit = 1000;

    [Theory]
    [InlineData("504 X\r\nX-Model-Outcome: busy", "excused")]
    [InlineData("503 X\r\nX-Model-Outcome: busy", "excused")]
    [InlineData("504 X", "error")]
    [InlineData("500 X", "error")]
    [InlineData("200 OK", "error")]
    [InlineData("200 OK\r\nServer-Timing: model;dur=900, work;dur=600", "error")]
    [InlineData("200 OK\r\nServer-Timing: model;dur=900, work;dur=400", "excused")]
    public async Task What_a_version_says_after_its_limit_is_heard_and_a_good_answer_comes_too_late(string status, string kind)
    {
        using var go = new SemaphoreSlim(0);
        var received = new StrongBox<int>();
        await using var canary = new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is not null)
            {
                Interlocked.Increment(ref received.Value);
                await go.WaitAsync();
                await connection.SendAsync($"HTTP/1.1 {status}\r\nContent-Length: 4\r\n\r\nlate");
            }
        });
        string? compared = null;
        await using var stable = RawServer.Answering(request =>
        {
            compared = request["X-Model-Failover"];
            return RawServer.Ok(request.Text);
        });
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(PlanDocument.Buckets).Limited(Limit),
            SomePlan.Endpoints((1, stable.Address), (2, canary.Address)),
            RunningRouter.WithSteppedTime(out var time));
        var answering = router.InferAsync("a");
        await RunningRouter.UntilAsync(() => Volatile.Read(ref received.Value) == 1, "the canary has the request");
        // The sweep looks at the request several times after its limit, and must not end it yet.
        for (var passed = 0; passed < Limit + 150; passed += 10)
            time.Advance(TimeSpan.FromMilliseconds(10));
        await Task.Delay(DeadlineSweep.Period * 3, TestContext.Current.CancellationToken);
        Assert.False(answering.IsCompleted);
        go.Release();
        (await answering).AssertAnswer(200, "a", variant: "stable", failover: "canary");
        Assert.Equal($"canary;version=2;trial=1;kind={kind}", compared);
    }

    // The program is the same at each address of a version, so only an endpoint that answers is excused.
    [Theory]
    [InlineData("work;dur=1", true, true, "excused")]
    [InlineData("work;dur=1", true, false, "excused")]
    [InlineData("work;dur=1", false, true, "error")]
    [InlineData("work;dur=1", false, false, "error")]
    [InlineData("model;dur=1", true, true, "error")]
    public async Task A_version_that_says_nothing_is_to_blame_unless_it_reports_its_work_and_answers_others(
        string timing, bool answersOthers, bool hasTime, string kind)
    {
        var received = new StrongBox<int>();
        await using var canary = new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is { } request)
            {
                if (request.Text == "late")
                {
                    Interlocked.Increment(ref received.Value);
                    await Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
                }

                await connection.SendAsync($"HTTP/1.1 200 OK\r\nServer-Timing: {timing}\r\nContent-Length: 4\r\n\r\ngood");
            }
        });
        string? compared = null;
        await using var stable = RawServer.Answering(request =>
        {
            compared = request["X-Model-Failover"];
            return RawServer.Ok("stable");
        });
        await using var router = await RunningRouter.StartAsync(
            (hasTime ? SomePlan.Canary(PlanDocument.Buckets) : SomePlan.Canary(PlanDocument.Buckets, Limit)).Limited(Limit),
            SomePlan.Endpoints((1, stable.Address), (2, canary.Address)),
            RunningRouter.WithSteppedTime(out var time));
        (await router.InferAsync("a")).AssertAnswer(200, "good", variant: "canary");
        time.Advance(TimeSpan.FromMilliseconds(1));
        var answering = router.InferAsync("late");
        await RunningRouter.UntilAsync(() => Volatile.Read(ref received.Value) == 1, "the canary has the request");
        time.Advance(TimeSpan.FromMilliseconds(1));
        if (answersOthers)
            (await router.InferAsync("a")).AssertAnswer(200, "good", variant: "canary");
        time.Advance(TimeSpan.FromMilliseconds(Limit * 2));
        var answer = await answering.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
        if (hasTime)
        {
            answer.AssertAnswer(200, "stable", variant: "stable", failover: "canary");
            Assert.Equal($"canary;version=2;trial=1;kind={kind}", compared);
            return;
        }

        // The function TrafficSplitter, which makes its retries itself, hears it from the router in the same way.
        answer.AssertProblem(504, "deadline");
        Assert.Equal(kind == "excused" ? "busy" : null, answer["X-Model-Outcome"]);
    }

    [Fact]
    public async Task A_version_that_says_nothing_is_cut_off_soon_after_its_limit()
    {
        var received = new StrongBox<int>();
        await using var canary = SomeServers.Silent(received);
        await using var stable = RawServer.Saying("stable");
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(PlanDocument.Buckets).Limited(Limit),
            SomePlan.Endpoints((1, stable.Address), (2, canary.Address)),
            RunningRouter.WithSteppedTime(out var time));
        var answering = router.InferAsync("a");
        await RunningRouter.UntilAsync(() => Volatile.Read(ref received.Value) == 1, "the canary has the request");
        time.Advance(TimeSpan.FromMilliseconds(Limit + (Limit / 5)));
        (await answering.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken))
            .AssertAnswer(200, "stable", variant: "stable", failover: "canary");
    }
}
