using ModelServing.Router.Routing;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Routing;

public class RetryBudgetTests
{
    private readonly SteppedTime time = new();

    [Fact]
    public void It_starts_full_and_each_second_adds_ten()
    {
        var budget = new RetryBudget(time);
        Assert.Equal(RetryBudget.Burst, Drain(budget));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RetryBudget.PerSecond, Drain(budget));
        for (var i = 0; i < 1000; i++)
        {
            // Frequent calls must not lose parts of a token.
            time.Advance(TimeSpan.FromMilliseconds(1));
            if (i % 100 < 99)
                Assert.False(budget.TryTake());
            else
                Assert.True(budget.TryTake());
        }

        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(RetryBudget.Burst, Drain(budget));
    }

    [Fact]
    public void Each_request_adds_a_tenth_and_one_beside_stable_a_whole_token_more()
    {
        var budget = new RetryBudget(time);
        Drain(budget);
        for (var i = 0; i < 100; i++)
            budget.Add(isStable: true);
        Assert.Equal(10, Drain(budget));
        for (var i = 0; i < 100; i++)
            budget.Add(isStable: false);
        Assert.Equal(110, Drain(budget));
    }

    [Fact]
    public void Retries_never_exceed_the_added_tokens_and_an_added_token_is_never_refused()
    {
        var random = new Random(20260102);
        for (var run = 0; run < 300; run++)
        {
            var budget = new RetryBudget(time);
            // A simple model of the budget, in thousandths of a token.
            long kept = RetryBudget.Burst * 1000;
            long added = 0, taken = 0;
            for (var step = 0; step < 2000; step++)
            {
                switch (random.Next(3))
                {
                    case 0:
                        var milliseconds = random.Next(200);
                        time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                        kept += milliseconds * RetryBudget.PerSecond;
                        added += milliseconds * RetryBudget.PerSecond;
                        break;
                    case 1:
                        var isStable = random.Next(2) == 0;
                        budget.Add(isStable);
                        kept += isStable ? 100 : 1100;
                        added += isStable ? 100 : 1100;
                        break;
                    default:
                        for (var burst = random.Next(run % 2 == 0 ? 3 : 300); burst >= 0; burst--)
                        {
                            kept = Math.Min(kept, RetryBudget.Burst * 1000);
                            var isTaken = budget.TryTake();
                            Assert.True(taken * 1000 <= (RetryBudget.Burst * 1000) + added);
                            Assert.True(isTaken || kept < 1000, $"run {run}, step {step}: refused with {kept} thousandths");
                            if (!isTaken)
                                break;
                            Assert.True(kept >= 1000, $"run {run}, step {step}: given with {kept} thousandths");
                            kept -= 1000;
                            taken++;
                        }

                        break;
                }
            }
        }
    }

    [Fact]
    public async Task Threads_that_take_at_once_get_no_more_tokens_than_there_are()
    {
        var budget = new RetryBudget(time);
        Drain(budget);
        var taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 50_000; i++)
            {
                budget.Add(isStable: true);
                if (budget.TryTake())
                    Interlocked.Increment(ref taken);
            }
        })));
        Assert.Equal(20_000, taken + Drain(budget));
    }

    private static int Drain(RetryBudget budget)
    {
        var count = 0;
        // A budget that is never empty must not hold the test up.
        while (count <= RetryBudget.Burst && budget.TryTake())
            count++;
        return count;
    }
}
