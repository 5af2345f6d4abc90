using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using ModelServing.Contracts;
using ModelServing.Hosting.Memory;
using ModelServing.Router.Forwarding;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Forwarding;

/// <summary>When a request is retried on stable; without a router.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class FailoverTests : IAsyncDisposable
{
    private const string Failure = "HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\noops";

    private static readonly PlanDocument AllCanary = SomePlan.Canary(PlanDocument.Buckets);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly RawServer stable = RawServer.Answering(static request => RawServer.Ok(request.Text));

    public ValueTask DisposeAsync() => stable.DisposeAsync();

    [Theory]
    [InlineData(Failure, "HeldBack")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", "ConnectionLost")]
    [InlineData("nonsense\r\n\r\n", "BadAnswer")]
    public async Task A_failed_attempt_is_retried_on_stable_with_the_same_body(string wire, string result)
    {
        await using var canary = Once(wire);
        await using var direct = new DirectForwarding(AllCanary, (1, stable.Address), (2, canary.Address));
        var context = DirectForwarding.Post("hello");
        var (ended, route) = await direct.Failover.ForwardAsync(context, direct.FirstAttempt(Minute, Minute));
        Assert.Equal(ForwardResult.Answered, ended.Result);
        Assert.Same(direct.Model.Stable, route);
        Assert.Equal("hello", await DirectForwarding.TextAsync(context));
        Assert.Equal("canary", context.Response.Headers[HeaderNames.ModelFailover]);
        Assert.Equal("stable", context.Response.Headers[HeaderNames.ModelVariant]);
        Assert.Equal("1", context.Response.Headers[HeaderNames.ModelVersion]);
        Assert.Equal([Enum.Parse<ForwardResult>(result), ForwardResult.Answered], direct.Observed);
    }

    [Fact]
    public async Task A_good_answer_is_not_retried()
    {
        await using var canary = Once("HTTP/1.1 201 X\r\nContent-Length: 4\r\n\r\ngood");
        await using var direct = new DirectForwarding(AllCanary, (1, stable.Address), (2, canary.Address));
        var context = DirectForwarding.Post("hello");
        var (ended, route) = await direct.Failover.ForwardAsync(context, direct.FirstAttempt(Minute, Minute));
        Assert.Equal(ForwardResult.Answered, ended.Result);
        Assert.Same(direct.Canary, route);
        Assert.Equal(201, context.Response.StatusCode);
        Assert.Equal("good", await DirectForwarding.TextAsync(context));
        Assert.Equal(0, stable.Accepted);
    }

    [Fact]
    public async Task Without_budget_the_failure_is_the_answer()
    {
        await using var canary = Once(Failure);
        await using var direct = new DirectForwarding(AllCanary, (1, stable.Address), (2, canary.Address));
        direct.Drain();
        var context = DirectForwarding.Post("hello");
        var (ended, route) = await direct.Failover.ForwardAsync(context, direct.FirstAttempt(Minute, Minute));
        Assert.Equal(ForwardResult.Answered, ended.Result);
        Assert.Same(direct.Canary, route);
        Assert.Equal(500, context.Response.StatusCode);
        Assert.Equal("oops", await DirectForwarding.TextAsync(context));
        Assert.False(context.Response.Headers.ContainsKey(HeaderNames.ModelFailover));
        Assert.Equal(0, stable.Accepted);
    }

    [Fact]
    public async Task A_failure_after_the_deadline_is_not_retried()
    {
        DirectForwarding? direct = null;
        await using var canary = RawServer.Answering(_ =>
        {
            direct!.Time.Advance(Minute);
            return Failure;
        });
        await using var running = direct = new DirectForwarding(AllCanary, (1, stable.Address), (2, canary.Address));
        var context = DirectForwarding.Post("hello");
        var (_, route) = await direct.Failover.ForwardAsync(context, direct.FirstAttempt(Minute, Minute));
        Assert.Same(direct.Canary, route);
        Assert.Equal(500, context.Response.StatusCode);
        Assert.Equal(0, stable.Accepted);
    }

    [Fact]
    public async Task An_attempt_over_the_limit_is_cut_off_and_retried()
    {
        var received = new StrongBox<int>();
        await using var canary = SomeServers.Silent(received);
        await using var direct = new DirectForwarding(AllCanary, (1, stable.Address), (2, canary.Address));
        var context = DirectForwarding.Post("hello");
        var forwarding = direct.Failover.ForwardAsync(context, direct.FirstAttempt(2 * Minute, Minute)).AsTask();
        await RunningRouter.UntilAsync(() => Volatile.Read(ref received.Value) == 1, "the canary has the request");
        direct.Calls.CutOffDue(direct.Time.GetTimestamp());
        Assert.False(forwarding.IsCompleted);
        direct.Time.Advance(Minute);
        direct.Calls.CutOffDue(direct.Time.GetTimestamp());
        Assert.False(forwarding.IsCompleted);
        // The time in which the canary could say why it is late.
        direct.Time.Advance(TimeSpan.FromMilliseconds(250));
        direct.Calls.CutOffDue(direct.Time.GetTimestamp());
        var (ended, route) = await forwarding;
        Assert.Equal(ForwardResult.Answered, ended.Result);
        Assert.Same(direct.Model.Stable, route);
        Assert.Equal([ForwardResult.Deadline, ForwardResult.Answered], direct.Observed);
    }

    [Fact]
    public async Task An_unreachable_variant_costs_no_budget()
    {
        await using var direct = new DirectForwarding(AllCanary, (1, stable.Address), (2, RawServer.NobodyThere()));
        direct.Drain();
        var context = DirectForwarding.Post("hello");
        var (_, route) = await direct.Failover.ForwardAsync(context, direct.FirstAttempt(Minute, Minute));
        Assert.Same(direct.Model.Stable, route);
        Assert.Equal("hello", await DirectForwarding.TextAsync(context));
    }

    [Fact]
    public async Task A_body_that_was_streamed_is_not_sent_again()
    {
        await using var canary = RawServer.Answering(static _ => Failure);
        await using var direct = new DirectForwarding(AllCanary, (1, stable.Address), (2, canary.Address));
        var context = DirectForwarding.Post(new string('x', ClientBody.JoinedLimit + 1));
        context.Features.Set(new ByteBudget(ClientBody.JoinedLimit));
        var (_, route) = await direct.Failover.ForwardAsync(context, direct.FirstAttempt(Minute, Minute));
        Assert.Same(direct.Canary, route);
        Assert.Equal(500, context.Response.StatusCode);
        Assert.Equal("body-not-kept", context.Response.Headers[HeaderNames.ModelFailoverRefused]);
        Assert.Equal(0, stable.Accepted);
    }

    [Fact]
    public async Task Without_any_endpoint_the_body_is_not_read()
    {
        await using var direct = new DirectForwarding(AllCanary);
        var context = DirectForwarding.Post("hello");
        var (ended, route) = await direct.Failover.ForwardAsync(context, direct.FirstAttempt(Minute, Minute));
        Assert.Equal(ForwardResult.NoReadyEndpoint, ended.Result);
        Assert.Same(direct.Canary, route);
        Assert.Equal(0, context.Request.Body.Position);
    }

    [Fact]
    public async Task A_body_that_misses_the_deadline_reaches_no_variant()
    {
        await using var canary = RawServer.Saying("canary");
        await using var direct = new DirectForwarding(AllCanary, (1, stable.Address), (2, canary.Address));
        var context = DirectForwarding.Post(new Pipe().Reader.AsStream(), length: 5);
        var forwarding = direct.Failover.ForwardAsync(context, direct.FirstAttempt(Minute, Minute)).AsTask();
        Assert.False(forwarding.IsCompleted);
        direct.Time.Advance(Minute);
        Assert.Equal(ForwardResult.BodyLate, (await forwarding).Result.Result);
        Assert.Equal(0, canary.Accepted);
        Assert.Equal(0, stable.Accepted);
    }

    /// <summary>An endpoint that answers one request on each connection.</summary>
    private static RawServer Once(string wire) => new(async connection =>
    {
        await connection.ReadMessageAsync();
        await connection.SendAsync(wire);
    });
}
