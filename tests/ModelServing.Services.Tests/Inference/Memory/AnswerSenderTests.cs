using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;
using ModelServing.Inference;
using ModelServing.Inference.Memory;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Memory;

public sealed class AnswerSenderTests : IDisposable
{
    private readonly SteppedTime time = new();
    private readonly ByteBudget budget = new(64 * 1024 * 1024);
    private readonly AnswerBuffer answer = new();
    private readonly AnswerSender sender;

    public AnswerSenderTests()
    {
        sender = new AnswerSender(budget, time);
        answer.Begin(budget, ByteShare.Whole, long.MaxValue);
    }

    public void Dispose() => answer.Dispose();

    [Fact]
    public async Task An_answer_is_sent_whole_and_its_memory_is_free_afterwards()
    {
        answer.Write(new byte[1_000_000]);
        var context = new DefaultHttpContext();
        var body = new MemoryStream();
        context.Response.Body = body;
        await sender.SendAsync(context, answer, TimeOf(1));
        Assert.Equal(1_000_000, body.Length);
        Assert.Equal(0, budget.Reserved);
        Assert.Equal(0, time.Waiting);
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(30, 35)]
    public async Task A_client_that_does_not_read_is_cut_off_after_its_deadline_and_some_seconds(int left, int limit)
    {
        answer.Write(new byte[1_000_000]);
        var context = new DefaultHttpContext { Response = { Body = new UnreadStream() } };
        using var lifetime = new Lifetime();
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        var sending = sender.SendAsync(context, answer, TimeOf(left)).AsTask();
        time.Advance(TimeSpan.FromSeconds(limit - 1));
        Assert.False(lifetime.RequestAborted.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(RawConnection.Patience));
        Assert.True(lifetime.RequestAborted.IsCancellationRequested);
        Assert.Equal((0, 1), (budget.Reserved, budget.CutOff));
    }

    [Fact]
    public void A_version_waits_longer_than_its_router() =>
        Assert.True(AnswerSender.LimitOf(TimeSpan.Zero) > ReadingTime.Least);

    private RequestTime TimeOf(int seconds) => new(time.GetTimestamp(), TimeSpan.FromSeconds(seconds), IsShortened: false);

    /// <summary>A client that never reads.</summary>
    private sealed class UnreadStream : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    /// <summary>The life of a request that can be aborted.</summary>
    private sealed class Lifetime : IHttpRequestLifetimeFeature, IDisposable
    {
        private readonly CancellationTokenSource aborted = new();

        public CancellationToken RequestAborted { get => aborted.Token; set => throw new NotSupportedException(); }

        public void Abort() => aborted.Cancel();

        public void Dispose() => aborted.Dispose();
    }
}
