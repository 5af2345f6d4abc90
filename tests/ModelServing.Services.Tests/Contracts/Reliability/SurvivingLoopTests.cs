using ModelServing.Contracts.Reliability;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Contracts.Reliability;

public sealed class SurvivingLoopTests : IDisposable
{
    private readonly SteppedTime time = new();
    private readonly List<string> reports = [];
    private readonly CancellationTokenSource ending = new();

    public void Dispose() => ending.Dispose();

    [Fact]
    public async Task No_exception_ends_it_and_each_is_reported_with_the_wait()
    {
        var rounds = 0;
        var running = Loop().RunAsync(
            async token =>
            {
                rounds++;
                if (rounds <= 3)
                    throw rounds == 2 ? new OperationCanceledException("not ours") : new FormatException($"round {rounds}");
                await Task.Delay(Timeout.Infinite, token);
            },
            ending.Token);
        foreach (var wait in (int[])[1, 2, 4])
        {
            await UntilAsync(() => time.Waiting > 0);
            time.Advance(TimeSpan.FromSeconds(wait) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(1, time.Waiting);
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await UntilAsync(() => rounds == 4);
        await ending.CancelAsync();
        await running;
        Assert.Equal(
            ["1: FormatException, 1 s", "2: OperationCanceledException, 2 s", "3: FormatException, 4 s"],
            reports);
    }

    [Fact]
    public async Task A_good_round_ends_the_row_of_failures_and_is_reported_once()
    {
        var rounds = 0;
        var running = Loop().RunAsync(
            async token =>
            {
                rounds++;
                if (rounds is 1 or 4)
                    throw new InvalidOperationException();
                if (rounds == 5)
                    await Task.Delay(Timeout.Infinite, token);
            },
            ending.Token);
        for (var i = 0; i < 2; i++)
        {
            await UntilAsync(() => time.Waiting > 0);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await UntilAsync(() => rounds == 5);
        await ending.CancelAsync();
        await running;
        Assert.Equal(["1: InvalidOperationException, 1 s", "recovered", "1: InvalidOperationException, 1 s"], reports);
    }

    [Fact]
    public async Task Something_that_follows_and_ends_by_itself_is_begun_again()
    {
        var begun = 0;
        var loop = Loop();
        var running = loop.FollowAsync(
            async token =>
            {
                if (++begun == 2)
                {
                    loop.Succeed();
                    await Task.Delay(Timeout.Infinite, token);
                }
            },
            ending.Token);
        await UntilAsync(() => time.Waiting > 0);
        time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => begun == 2);
        await ending.CancelAsync();
        await running;
        Assert.Equal(["1: InvalidOperationException, 1 s", "recovered"], reports);
    }

    [Fact]
    public async Task A_report_that_fails_does_not_end_it()
    {
        var rounds = 0;
        var loop = new SurvivingLoop(
            TimeProvider.System,
            static _ => throw new IOException("the terminal is gone"),
            static () => throw new IOException("the terminal is gone"),
            new Backoff(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)));
        await loop.RunUntilDoneAsync(_ => ++rounds == 3 ? Task.FromResult(true) : throw new IOException("round"), ending.Token);
        Assert.Equal(3, rounds);
    }

    [Fact]
    public async Task It_ends_when_its_work_is_done_or_when_it_is_canceled()
    {
        await Loop().RunUntilDoneAsync(static _ => Task.FromResult(true), ending.Token);
        var waiting = Loop().RunAsync(static _ => throw new IOException("always"), ending.Token);
        await UntilAsync(() => time.Waiting > 0);
        await ending.CancelAsync();
        await waiting;
        await Loop().RunAsync(static _ => throw new InvalidOperationException("a round that must not begin"), ending.Token);
        Assert.Single(reports);
    }

    private SurvivingLoop Loop() => new(
        time,
        failure => reports.Add($"{failure.Failures}: {failure.Exception.GetType().Name}, {failure.Pause.TotalSeconds} s"),
        () => reports.Add("recovered"),
        new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8)));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            Assert.False(timeout.IsCancellationRequested, "it hangs");
            await Task.Delay(1);
        }
    }
}
