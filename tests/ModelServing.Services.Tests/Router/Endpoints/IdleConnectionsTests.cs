using System.Buffers;
using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Endpoints;

/// <summary>What becomes of a connection after its request.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class IdleConnectionsTests
{
    private readonly UpstreamCalls calls = new();

    [Fact]
    public async Task An_idle_connection_is_closed_when_its_endpoint_is_retired_and_an_answer_in_flight_is_read_to_its_end()
    {
        var answered = new TaskCompletionSource();
        var closed = 0;
        await using var server = new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is not null)
            {
                await answered.Task;
                await connection.SendAsync(RawServer.Ok("{}"));
            }

            // The router did it. A server that waits in vain for the next request ends with an exception.
            Interlocked.Increment(ref closed);
        });
        var endpoint = new Endpoint(
            new EndpointEntry(SomePlan.Model, new ModelVersion(1), server.Address.ToString(), 1), calls, new SteppedTime());
        var asking = AskAsync(endpoint);
        await RunningRouter.UntilAsync(() => server.Open == 1, "the request is there");
        endpoint.Retire();
        answered.SetResult();
        Assert.Equal("{}", await asking);
        await RunningRouter.UntilAsync(() => Volatile.Read(ref closed) == 1, "the connection is closed");
        // A request that has chosen the endpoint just before gets an answer all the same.
        Assert.Equal("{}", await AskAsync(endpoint));
        await RunningRouter.UntilAsync(() => Volatile.Read(ref closed) == 2, "so is the next one");
    }

    [Fact]
    public void A_request_that_was_cut_off_stays_so()
    {
        var late = calls.Begin(deadline: 5, CancellationToken.None);
        late.CutOffIfDue(5);
        late.Extend(100);
        Assert.True(late.HasExpired);
        Assert.False(late.End());

        using var client = new CancellationTokenSource();
        var abandoned = calls.Begin(deadline: 5, client.Token);
        abandoned.CutOffIfDue(4);
        Assert.False(abandoned.WasAbandoned);
        client.Cancel();
        abandoned.CutOffIfDue(4);
        abandoned.Extend(100);
        abandoned.CutOffIfDue(200);
        Assert.True(abandoned.WasAbandoned);
        Assert.False(abandoned.End());
    }

    [Fact]
    public void A_request_has_nothing_of_the_one_before_it()
    {
        var call = calls.Begin(UpstreamCall.NoDeadline, CancellationToken.None);
        call.ClientTime = 5;
        call.IsSent = true;
        call.Message.Headers.TryAddWithoutValidation("X-Theirs", "1");
        call.Message.Content = call.JoinedTo(new ReadOnlySequence<byte>(new byte[5]));
        call.Message.Content.Headers.TryAddWithoutValidation("Content-Type", "text/plain");
        calls.End(call);

        var next = calls.Begin(UpstreamCall.NoDeadline, CancellationToken.None);
        Assert.Same(call, next);
        Assert.Equal((0, false), (next.ClientTime, next.IsSent));
        Assert.Empty(next.Message.Headers);
        Assert.Null(next.Message.Content);
        Assert.Empty(next.JoinedTo(default).Headers.NonValidated);
        Assert.True(next.End());
        // No request, so there is nothing to cut off.
        Assert.False(next.End());
    }

    private async Task<string> AskAsync(Endpoint endpoint)
    {
        var call = calls.Begin(UpstreamCall.NoDeadline, TestContext.Current.CancellationToken);
        call.Message.RequestUri = endpoint.UriOf("");
        using var message = await endpoint.SendAsync(call.Message, call.Cut);
        return await message.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
