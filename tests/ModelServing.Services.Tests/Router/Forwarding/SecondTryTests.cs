using ModelServing.Contracts;
using ModelServing.Hosting.Memory;
using ModelServing.Router.Forwarding;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Forwarding;

/// <summary>When a request is sent to another process of a pool; without a router.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class SecondTryTests : IAsyncDisposable
{
    private static readonly PlanDocument Plan = SomePlan.Canary(500);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly RawServer good = RawServer.Answering(static request => RawServer.Ok(request.Text));

    // Each request ends a process like this, as far as a router can see.
    private readonly RawServer dying = Dying();

    public async ValueTask DisposeAsync()
    {
        await good.DisposeAsync();
        await dying.DisposeAsync();
    }

    [Theory]
    [InlineData(5)]
    [InlineData(ClientBody.JoinedLimit + 1)]
    public async Task A_request_that_is_lost_with_a_process_is_sent_once_more_to_another(int length)
    {
        await using var direct = InPool(dying, good);
        var body = new string('x', length);
        var lost = 0;
        for (var i = 0; i < 50; i++)
        {
            direct.Observed.Clear();
            var context = DirectForwarding.Post(body);
            var result = await direct.SecondTry.ForwardAsync(context, Stable(direct), default);
            Assert.Equal(ForwardResult.Answered, result.Result);
            Assert.Equal(body, await DirectForwarding.TextAsync(context));
            lost += direct.Observed[0] == ForwardResult.ConnectionLost ? 1 : 0;
            Assert.Equal(direct.Observed[0] == ForwardResult.ConnectionLost ? 2 : 1, direct.Observed.Count);
        }

        Assert.NotEqual(0, lost);
    }

    [Fact]
    public async Task A_request_is_never_sent_to_a_third_process()
    {
        await using RawServer second = Dying(), third = Dying();
        await using var direct = InPool(dying, second, third);
        var context = DirectForwarding.Post("hello");
        var result = await direct.SecondTry.ForwardAsync(context, Stable(direct), default);
        Assert.Equal(ForwardResult.ConnectionLost, result.Result);
        Assert.Equal([ForwardResult.ConnectionLost, ForwardResult.ConnectionLost], direct.Observed);
        Assert.Equal(2, dying.Accepted + second.Accepted + third.Accepted);
        Assert.Equal(1, Math.Max(dying.Accepted, Math.Max(second.Accepted, third.Accepted)));
    }

    [Fact]
    public async Task A_version_with_processes_of_its_own_has_no_second_try()
    {
        await using var direct = new DirectForwarding(Plan, (1, dying.Address), (1, good.Address));
        for (var i = 0; i < 50 && !direct.Observed.Contains(ForwardResult.ConnectionLost); i++)
            await direct.SecondTry.ForwardAsync(DirectForwarding.Post("hello"), Stable(direct), default);
        Assert.Equal(ForwardResult.ConnectionLost, direct.Observed[^1]);
    }

    [Fact]
    public async Task A_second_try_needs_another_process_and_budget()
    {
        await using (var direct = InPool(dying))
        {
            await direct.SecondTry.ForwardAsync(DirectForwarding.Post("hello"), Stable(direct), default);
            Assert.Equal([ForwardResult.ConnectionLost], direct.Observed);
        }

        await using (var direct = InPool(dying, good))
        {
            direct.Drain();
            for (var i = 0; i < 50 && !direct.Observed.Contains(ForwardResult.ConnectionLost); i++)
                await direct.SecondTry.ForwardAsync(DirectForwarding.Post("hello"), Stable(direct), default);
            Assert.Equal(ForwardResult.ConnectionLost, direct.Observed[^1]);
        }
    }

    [Fact]
    public async Task A_body_that_was_streamed_is_not_sent_again()
    {
        await using var second = Dying();
        await using var direct = InPool(dying, second);
        var context = DirectForwarding.Post(new string('x', ClientBody.JoinedLimit + 1));
        context.Features.Set(new ByteBudget(ClientBody.JoinedLimit));
        var result = await direct.SecondTry.ForwardAsync(context, Stable(direct), default);
        Assert.True(result.Result is ForwardResult.ConnectionLost or ForwardResult.BadAnswer, result.Result.ToString());
        Assert.Single(direct.Observed);
    }

    [Fact]
    public async Task A_canary_that_ends_its_process_leaves_the_others_to_stable()
    {
        // The canary ends each process that gets its request. Stable answers as long as one is left.
        await using RawServer first = Answering(), second = Answering();
        await using var direct = new DirectForwarding(
            Plan, (1, first.Address), (2, first.Address), (1, second.Address), (2, second.Address));
        for (var i = 0; i < 50; i++)
        {
            var context = DirectForwarding.Post("hello");
            var (ended, route) = await direct.Failover.ForwardAsync(context, direct.FirstAttempt(Minute, Minute));
            Assert.Equal(ForwardResult.Answered, ended.Result);
            Assert.Same(direct.Model.Stable, route);
            Assert.Equal("hello", await DirectForwarding.TextAsync(context));
        }

        Assert.Equal(1, direct.Observed.Count(static result => result == ForwardResult.ConnectionLost));

        static RawServer Answering()
        {
            RawServer? self = null;
            return self = RawServer.Answering(request =>
            {
                if (request.StartLine.Contains("/versions/2/", StringComparison.Ordinal))
                    self!.Kill();
                return RawServer.Ok(request.Text);
            });
        }
    }

    private static RawServer Dying() => new(static async connection => await connection.ReadMessageAsync());

    // Version 2 makes a pool of the processes.
    private static DirectForwarding InPool(params RawServer[] servers) =>
        new(Plan, [.. servers.SelectMany(static server => ((int, System.Net.IPEndPoint)[])[(1, server.Address), (2, server.Address)])]);

    private static Attempt Stable(DirectForwarding direct) => direct.FirstAttempt(Minute, Minute) with { Route = direct.Model.Stable };
}
