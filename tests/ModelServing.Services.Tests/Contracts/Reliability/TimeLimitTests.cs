using ModelServing.Contracts.Reliability;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Contracts.Reliability;

public sealed class TimeLimitTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly SteppedTime time = new();

    [Fact]
    public void The_token_is_canceled_when_the_time_is_over()
    {
        using var limit = new TimeLimit(Limit, time, CancellationToken.None);
        time.Advance(Limit - TimeSpan.FromMilliseconds(1));
        Assert.False(limit.IsOver || limit.Token.IsCancellationRequested);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(limit.IsOver && limit.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task The_token_is_canceled_by_the_caller()
    {
        using var caller = new CancellationTokenSource();
        using var limit = new TimeLimit(Limit, time, caller.Token);
        await caller.CancelAsync();
        Assert.True(limit.Token.IsCancellationRequested);
        Assert.False(limit.IsOver);
    }

    [Fact]
    public void An_infinite_limit_is_never_over()
    {
        using var limit = new TimeLimit(Timeout.InfiniteTimeSpan, time, CancellationToken.None);
        time.Advance(TimeSpan.FromDays(100));
        Assert.False(limit.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task An_operation_in_time_gives_its_result() =>
        Assert.Equal(7, await TimeLimit.RunAsync(static _ => Task.FromResult(7), Limit, time, CancellationToken.None));

    [Fact]
    public async Task A_late_operation_is_a_timeout_even_if_it_ignores_its_token()
    {
        var running = TimeLimit.RunAsync(static _ => new TaskCompletionSource<int>().Task, Limit, time, CancellationToken.None);
        Assert.False(running.IsCompleted);
        time.Advance(Limit);
        Assert.Equal("no answer within 5 s", (await Assert.ThrowsAsync<TimeoutException>(() => running)).Message);
    }

    [Fact]
    public async Task The_callers_cancellation_is_not_a_timeout()
    {
        using var caller = new CancellationTokenSource();
        var running = TimeLimit.RunAsync(static _ => new TaskCompletionSource<int>().Task, Limit, time, caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Another_failure_stays_what_it_is() => await Assert.ThrowsAsync<InvalidOperationException>(
        () => TimeLimit.RunAsync<int>(static _ => throw new InvalidOperationException(), Limit, time, CancellationToken.None));
}
