using ModelServing.OpenInference;
using ModelServing.OpenInference.Calls;
using ModelServing.OpenInference.Errors;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.OpenInference.Calls;

public class CallRunnerTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    private readonly SteppedTime time = new();
    private int sent;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_wait_doubles_with_each_attempt_up_to_the_longest()
    {
        var call = Runner(new() { MaxAttempts = 5, FirstDelay = Milliseconds(100), MaxDelay = Milliseconds(300) })
            .RunAsync(null, (_, _) => FailUntil(5, CallFault.Unreachable), Token);
        var expected = 1;
        foreach (var wait in (int[])[100, 200, 300, 300])
        {
            await UntilAsync(() => time.Waiting == 1);
            Assert.Equal(expected, sent);
            time.Advance(Milliseconds(wait) - Step);
            Assert.Equal(1, time.Waiting);
            time.Advance(Step);
            expected++;
            await UntilAsync(() => sent == expected);
        }

        Assert.Equal(5, await call);
    }

    [Fact]
    public async Task Up_to_half_of_a_wait_is_left_out_at_random()
    {
        var call = Runner(new() { FirstDelay = Milliseconds(100) }, random: 1)
            .RunAsync(null, (_, _) => FailUntil(2, CallFault.Unreachable), Token);
        await UntilAsync(() => time.Waiting == 1);
        time.Advance(Milliseconds(50));
        Assert.Equal(2, await call);
    }

    [Fact]
    public async Task The_server_says_how_long_the_wait_is_at_least()
    {
        var call = Runner(new() { FirstDelay = Milliseconds(100) })
            .RunAsync(null, (_, _) => FailUntil(2, CallFault.Unavailable, Milliseconds(3000)), Token);
        await UntilAsync(() => time.Waiting == 1);
        time.Advance(Milliseconds(3100) - Step);
        Assert.Equal(1, sent);
        time.Advance(Step);
        Assert.Equal(2, await call);
    }

    [Theory]
    [InlineData(CallFault.Unavailable, false)]
    [InlineData(CallFault.Unavailable, true)]
    [InlineData(CallFault.TooManyRequests, false)]
    [InlineData(CallFault.TooManyRequests, true)]
    [InlineData(CallFault.Unreachable, false)]
    [InlineData(CallFault.ServerFailed, true)]
    [InlineData(CallFault.ConnectionLost, true)]
    [InlineData(CallFault.DeadlineExceeded, true)]
    [InlineData(CallFault.InvalidRequest, true)]
    [InlineData(CallFault.MalformedAnswer, true)]
    [InlineData(CallFault.NotFound, true)]
    [InlineData(CallFault.Unauthenticated, true)]
    [InlineData(CallFault.Forbidden, true)]
    public async Task Only_what_the_server_has_not_touched_is_sent_again(CallFault fault, bool saysWhen)
    {
        var isUntouched = fault == CallFault.Unreachable || (saysWhen && fault is CallFault.Unavailable or CallFault.TooManyRequests);
        var call = Runner(new() { FirstDelay = TimeSpan.Zero })
            .RunAsync(null, (_, _) => FailUntil(2, fault, saysWhen ? TimeSpan.Zero : null), Token);
        if (isUntouched)
        {
            Assert.Equal(2, await call);
        }
        else
        {
            var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => call);
            Assert.Equal((fault, 1), (failure.Fault, failure.Attempts));
        }
    }

    [Fact]
    public async Task The_number_of_attempts_is_bounded()
    {
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => Runner(new() { MaxAttempts = 3, FirstDelay = TimeSpan.Zero })
            .RunAsync(null, (_, _) => FailUntil(9, CallFault.Unreachable), Token));
        Assert.Equal((CallFault.Unreachable, 3, 3), (failure.Fault, failure.Attempts, sent));
    }

    [Fact]
    public async Task A_wait_that_would_end_after_the_time_for_retries_is_not_begun()
    {
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => Runner(new() { MaxTime = Milliseconds(2000) })
            .RunAsync(null, (_, _) => FailUntil(2, CallFault.Unavailable, Milliseconds(2000)), Token));
        Assert.Equal((CallFault.Unavailable, 1), (failure.Fault, failure.Attempts));
    }

    [Fact]
    public async Task A_wait_that_would_end_after_the_deadline_is_not_begun()
    {
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => Runner(new() { MaxTime = Milliseconds(60_000) })
            .RunAsync(Milliseconds(500), (_, _) => FailUntil(2, CallFault.Unavailable, Milliseconds(500)), Token));
        Assert.Equal((CallFault.Unavailable, 1), (failure.Fault, failure.Attempts));
    }

    [Fact]
    public async Task Each_attempt_gets_the_time_that_is_left()
    {
        var seen = new List<TimeSpan?>();
        var call = Runner(new() { FirstDelay = Milliseconds(100) }).RunAsync(
            Milliseconds(1000),
            (left, _) =>
            {
                seen.Add(left);
                return FailUntil(2, CallFault.Unreachable);
            },
            Token);
        // One timer is the deadline's.
        await UntilAsync(() => time.Waiting == 2);
        time.Advance(Milliseconds(100));
        Assert.Equal(2, await call);
        Assert.Equal([Milliseconds(1000), Milliseconds(900)], seen);
    }

    [Fact]
    public async Task The_deadline_ends_an_attempt()
    {
        var call = Runner(new()).RunAsync(Milliseconds(1000), WaitForeverAsync, Token);
        await UntilAsync(() => sent == 1);
        time.Advance(Milliseconds(1000));
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => call);
        Assert.Equal(CallFault.DeadlineExceeded, failure.Fault);
    }

    [Fact]
    public async Task The_caller_cancels_an_attempt_and_a_wait()
    {
        using var caller = new CancellationTokenSource();
        var call = Runner(new()).RunAsync(Milliseconds(1000), WaitForeverAsync, caller.Token);
        await UntilAsync(() => sent == 1);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        using var other = new CancellationTokenSource();
        call = Runner(new()).RunAsync(null, (_, _) => FailUntil(9, CallFault.Unreachable), other.Token);
        await UntilAsync(() => time.Waiting == 1);
        await other.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(2, sent);
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(1, Token);
    }

    private CallRunner Runner(RetryOptions retry, double random = 0) => new(retry, time, () => random);

    private Task<int> FailUntil(int attempt, CallFault fault, TimeSpan? retryAfter = null) => ++sent >= attempt
        ? Task.FromResult(sent)
        : Task.FromException<int>(new OpenInferenceException(fault, "not yet") { RetryAfter = retryAfter });

    private async Task<int> WaitForeverAsync(TimeSpan? left, CancellationToken cancellation)
    {
        sent++;
        await Task.Delay(Timeout.Infinite, cancellation);
        return 0;
    }
}
