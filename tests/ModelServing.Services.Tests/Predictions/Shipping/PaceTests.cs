using ModelServing.Predictions.Shipping;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Predictions.Shipping;

public class PaceTests
{
    private const int Most = 64;

    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private readonly SteppedTime time = new();
    private readonly Pace pace;

    public PaceTests() => pace = new Pace(Most, time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Longer than any pause.
    private static TimeSpan Longest => 1.5 * Pace.Pauses.Longest;

    [Fact]
    public async Task It_begins_with_one_put_and_reaches_the_most_after_two_thousand_good_ones()
    {
        await SucceedAsync(Most * Most / 2);
        Assert.Equal(Most, pace.Limit);
        await SucceedAsync(Most);
        Assert.Equal(Most, pace.Limit);
    }

    [Fact]
    public async Task Puts_that_were_refused_together_halve_it_once()
    {
        await SucceedAsync(Most * Most / 2);
        var marks = await EnterAsync(Most);
        foreach (var mark in marks)
            pace.Slow(mark, isAway: false);
        Assert.Equal(Most / 2, pace.Limit);
        time.Advance(Longest);
        Assert.Equal(Most / 2, (await EnterAsync(Most / 2)).Count);
        Assert.False(pace.EnterAsync(Token).IsCompleted);
    }

    [Fact]
    public async Task Without_an_answer_it_is_one_put_after_each_pause_and_the_pauses_grow_up_to_the_longest()
    {
        await SucceedAsync(Most * Most / 2);
        foreach (var mark in await EnterAsync(Most))
            pace.Slow(mark, isAway: true);
        for (var failures = 1; failures < 12; failures++)
        {
            var (next, another) = (pace.EnterAsync(Token), pace.EnterAsync(Token));
            var pause = Pace.Pauses.After(failures);
            time.Advance(0.49 * pause);
            Assert.False(next.IsCompleted);
            time.Advance(1.02 * pause);
            pace.Slow(await next, isAway: true);
            Assert.False(another.IsCompleted);
            Assert.Equal(1, pace.Limit);
            // It is not left in the queue, where it would be the next one.
            time.Advance(Longest);
            pace.Slow(await another, isAway: true);
            failures++;
        }

        Assert.Equal(TimeSpan.FromSeconds(5), Pace.Pauses.After(12));
    }

    [Fact]
    public async Task A_store_that_is_back_gets_all_that_waits_without_further_pauses()
    {
        foreach (var mark in await EnterAsync(1))
            pace.Slow(mark, isAway: true);
        var waiting = Enumerable.Range(0, Most).Select(_ => pace.EnterAsync(Token)).ToList();
        for (var i = 0; i < 10; i++)
        {
            time.Advance(Longest);
            pace.Slow(await TakeFirstAsync(waiting), isAway: true);
            waiting.Add(pace.EnterAsync(Token));
        }

        time.Advance(Longest);
        // The clock does not move any more.
        while (waiting.Count > 0)
        {
            await TakeFirstAsync(waiting);
            pace.Leave();
        }

        Assert.InRange(pace.Limit, 10, Most);
        await SucceedAsync(Most * Most / 2);
        Assert.Equal(Most, pace.Limit);
    }

    [Fact]
    public async Task A_good_put_ends_the_growth_of_the_pauses()
    {
        for (var i = 0; i < 5; i++)
        {
            pace.Slow(await EnterOneAsync(), isAway: false);
            time.Advance(Longest);
        }

        await SucceedAsync(1);
        pace.Slow(await EnterOneAsync(), isAway: false);
        time.Advance(1.5 * Pace.Pauses.First);
        _ = await EnterOneAsync();
    }

    [Fact]
    public async Task It_says_whether_a_put_failed_while_others_did_not()
    {
        await SucceedAsync(10);
        var (first, second) = (await EnterOneAsync(), await EnterOneAsync());
        Assert.False(pace.Slow(first, isAway: false));
        time.Advance(Longest);
        await SucceedAsync(1);
        Assert.True(pace.Slow(second, isAway: true));
    }

    [Fact]
    public async Task A_put_that_is_canceled_while_it_waits_takes_no_place()
    {
        using var cancellation = new CancellationTokenSource();
        _ = await EnterOneAsync();
        var canceled = pace.EnterAsync(cancellation.Token);
        var next = pace.EnterAsync(Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        pace.Abandon();
        await next;
        Assert.False(pace.EnterAsync(Token).IsCompleted);
    }

    private async Task SucceedAsync(int puts)
    {
        for (var i = 0; i < puts; i++)
        {
            _ = await EnterOneAsync();
            pace.Leave();
        }
    }

    private Task<PaceMark> EnterOneAsync() => pace.EnterAsync(Token).WaitAsync(Hang, Token);

    private async Task<List<PaceMark>> EnterAsync(int puts)
    {
        var marks = new List<PaceMark>();
        for (var i = 0; i < puts; i++)
            marks.Add(await EnterOneAsync());
        return marks;
    }

    private static async Task<PaceMark> TakeFirstAsync(List<Task<PaceMark>> waiting)
    {
        var first = waiting[0];
        waiting.RemoveAt(0);
        return await first.WaitAsync(Hang, Token);
    }
}
