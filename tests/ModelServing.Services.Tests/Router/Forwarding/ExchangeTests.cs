using System.Collections.Concurrent;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelServing.Contracts;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Routing;
using ModelServing.TestKit;
using Endpoint = ModelServing.Router.Endpoints.Endpoint;

namespace ModelServing.Services.Tests.Router.Forwarding;

/// <summary>One request and its answer; without a router.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class ExchangeTests : IAsyncDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly string Large = new('x', Exchange.HoldLimit + 1);

    private readonly DirectForwarding direct = new(SomePlan.Canary(PlanDocument.Buckets));

    public ValueTask DisposeAsync() => direct.DisposeAsync();

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", false)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nhello", false)]
    public async Task A_short_answer_is_held_and_gets_a_length(string wire, bool isReusable)
    {
        var context = DirectForwarding.Post("");
        Assert.Equal((false, isReusable), await ReceiveAsync(context, wire, closes: !isReusable));
        Assert.Equal(200, context.Response.StatusCode);
        Assert.Equal(5, context.Response.ContentLength);
        Assert.Equal("hello", await DirectForwarding.TextAsync(context));
    }

    [Theory]
    [InlineData("Content-Length: {length}\r\n\r\n{body}", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n{hex}\r\n{body}\r\n0\r\n\r\n", false)]
    [InlineData("\r\n{body}", false)]
    public async Task A_long_answer_is_streamed(string rest, bool hasLength)
    {
        var context = DirectForwarding.Post("");
        Assert.False((await ReceiveAsync(context, "HTTP/1.1 200 OK\r\n" + Fill(rest), closes: !hasLength)).IsHeldBack);
        Assert.Equal(hasLength ? Large.Length : null, context.Response.ContentLength);
        Assert.True(Large == await DirectForwarding.TextAsync(context), "the body is not the endpoint's");
    }

    [Theory]
    [InlineData("Content-Length: 4\r\n\r\noops", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\noops\r\n0\r\n\r\n", true)]
    [InlineData("\r\noops", false)]
    [InlineData("Content-Length: {length}\r\n\r\n{body}", false)]
    [InlineData("\r\n{body}", false)]
    public async Task A_failure_with_a_retry_is_held_back_and_leaves_the_response_untouched(string rest, bool isReusable)
    {
        var context = DirectForwarding.Post("");
        // Without a length, a short answer ends with its connection.
        var wire = "HTTP/1.1 500 X\r\nX-Theirs: 1\r\n" + Fill(rest);
        Assert.Equal(
            (true, isReusable), await ReceiveAsync(context, wire, direct.RetryWithin(Minute), closes: rest == "\r\noops"));
        Assert.Equal(200, context.Response.StatusCode);
        Assert.Empty(context.Response.Headers);
        Assert.Empty(await DirectForwarding.TextAsync(context));
    }

    [Fact]
    public async Task A_failure_is_sent_to_the_client_without_a_retry_and_without_budget()
    {
        foreach (var retry in (Retry?[])[null, direct.RetryWithin(Minute)])
        {
            direct.Drain();
            var context = DirectForwarding.Post("");
            Assert.False((await ReceiveAsync(context, "HTTP/1.1 500 X\r\nContent-Length: 4\r\nX-Theirs: 1\r\n\r\noops", retry)).IsHeldBack);
            Assert.Equal(500, context.Response.StatusCode);
            Assert.Equal("1", context.Response.Headers["X-Theirs"]);
            Assert.Equal("oops", await DirectForwarding.TextAsync(context));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    public async Task A_connection_that_ends_early_leaves_the_response_untouched(string wire)
    {
        var context = DirectForwarding.Post("");
        var broken = await Assert.ThrowsAnyAsync<Exception>(() => ReceiveAsync(context, wire, closes: true));
        Assert.True(Sender.IsBroken(broken), broken.ToString());
        Assert.Empty(context.Response.Headers);
        Assert.Empty(await DirectForwarding.TextAsync(context));
    }

    [Fact]
    public async Task A_version_that_refuses_a_long_body_by_its_head_gets_none_of_it()
    {
        var rest = new ConcurrentQueue<byte[]>();
        await using var endpoint = new RawServer(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            Assert.Equal("100-continue", head!["Expect"]);
            await connection.SendAsync("HTTP/1.1 401 X\r\nContent-Length: 4\r\n\r\nwho?");
            rest.Enqueue(await connection.ReadToEndAsync());
        });
        await using var forwarding = new DirectForwarding(SomePlan.Canary(PlanDocument.Buckets), (2, endpoint.Address));
        var body = new Pipe();
        await body.Writer.WriteAsync(new byte[ClientBody.AheadLimit + 1], TestContext.Current.CancellationToken);
        var context = DirectForwarding.Post(Stream.Null, length: 1_000_000);
        context.Features.Set<IRequestBodyPipeFeature>(new PipeFeature(body.Reader));
        var result = await forwarding.Forwarder.ForwardAsync(context, forwarding.FirstAttempt(Minute, Minute), default);
        Assert.Equal(ForwardResult.Answered, result.Result);
        Assert.Equal(401, context.Response.StatusCode);
        // The rest of the body would be read as the next request.
        Assert.Equal("close", context.Response.Headers.Connection);
        Assert.Equal("who?", await DirectForwarding.TextAsync(context));
        // It throws if the last read was not released. The server does the same when it drains the body.
        Assert.False(body.Reader.TryRead(out _));
        await RunningRouter.UntilAsync(() => endpoint.Open == 0, "the connection is not kept");
        Assert.Empty(Assert.Single(rest));
    }

    [Fact]
    public async Task A_client_that_resets_its_connection_in_its_body_has_left()
    {
        await using var endpoint = RawServer.Saying("{}");
        var context = DirectForwarding.Post(Stream.Null, length: 1_000_000);
        context.Features.Set<IRequestBodyPipeFeature>(new PipeFeature(new ResetBody(ClientBody.AheadLimit + 1)));
        await using var forwarding = new DirectForwarding(SomePlan.Canary(PlanDocument.Buckets), (2, endpoint.Address));
        await Assert.ThrowsAsync<ConnectionResetException>(() =>
            forwarding.Forwarder.ForwardAsync(context, forwarding.FirstAttempt(Minute, Minute), default).AsTask());
        await RunningRouter.UntilAsync(() => endpoint.Open == 0, "the connection is not kept");
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_body_releases_what_was_read_of_it()
    {
        var body = new Pipe();
        await body.Writer.WriteAsync(new byte[ClientBody.AheadLimit + 1], TestContext.Current.CancellationToken);
        var context = DirectForwarding.Post(Stream.Null, length: 1_000_000);
        context.Features.Set<IRequestBodyPipeFeature>(new PipeFeature(body.Reader));
        var deadline = direct.Time.GetTimestamp() + Minute.Ticks;
        var ahead = await ClientBody.ReadAheadAsync(context.Request, ModelAction.Infer, isKept: false, direct.Time, deadline);
        var call = direct.Calls.Begin(deadline, CancellationToken.None);
        using var content = new StreamedContent(call, ahead, isKept: false, direct.Time);
        await using var broken = new BrokenStream();
        await Assert.ThrowsAnyAsync<Exception>(() => content.CopyToAsync(broken, TestContext.Current.CancellationToken));
        Assert.Null(call.BodyFailure);
        // It throws if the last read was not released. The server does the same when it drains the body.
        Assert.False(body.Reader.TryRead(out _));
    }

    private static string Fill(string rest) => rest
        .Replace("{length}", $"{Large.Length}", StringComparison.Ordinal)
        .Replace("{hex}", $"{Large.Length:x}", StringComparison.Ordinal)
        .Replace("{body}", Large, StringComparison.Ordinal);

    // Whether the answer is held back, and whether the connection may be used again.
    private async Task<(bool IsHeldBack, bool IsReusable)> ReceiveAsync(
        HttpContext context, string wire, Retry? retry = null, bool closes = false)
    {
        await using var server = new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is not null)
            {
                await connection.SendAsync(wire);
                if (closes)
                    return;
            }
        });
        var entry = new EndpointEntry(SomePlan.Model, new ModelVersion(1), server.Address.ToString(), 1000);
        var endpoint = new Endpoint(entry, direct.Calls, direct.Time);
        var isHeldBack = await AskAsync(context, endpoint, retry);
        // The HTTP client closes a connection that it cannot use again as soon as the answer is read or given up.
        using (await SendAsync(endpoint))
            return (isHeldBack, server.Accepted == 1);
    }

    private async Task<bool> AskAsync(HttpContext context, Endpoint endpoint, Retry? retry)
    {
        var call = direct.Calls.Begin(UpstreamCall.NoDeadline, TestContext.Current.CancellationToken);
        call.Message.RequestUri = endpoint.UriOf("");
        using var message = await endpoint.SendAsync(call.Message, call.Cut);
        return await new Exchange(context, call, direct.Time, Minute, retry).ReceiveAsync(Answer.Read(message));
    }

    private static async Task<HttpResponseMessage> SendAsync(Endpoint endpoint)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, endpoint.UriOf(""));
        return await endpoint.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException(new IOException("broken"));
    }

    // A body of which some bytes arrive, and then a reset.
    private sealed class ResetBody(int bytes) : PipeReader
    {
        private bool hasBegun;

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var isFirst = !hasBegun;
            hasBegun = true;
            return isFirst ? new(new ReadResult(new(new byte[bytes]), isCanceled: false, isCompleted: false))
                : ValueTask.FromException<ReadResult>(new ConnectionResetException("reset"));
        }

        public override void CancelPendingRead()
        {
        }

        public override bool TryRead(out ReadResult result) => throw new NotSupportedException();

        public override void AdvanceTo(SequencePosition consumed)
        {
        }

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }

    private sealed class PipeFeature(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}
