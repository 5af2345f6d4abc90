using ModelServing.Contracts.Reliability;

namespace ModelServing.Services.Tests.Contracts.Reliability;

public class BackoffTests
{
    private static readonly Backoff Backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));

    [Fact]
    public void Waits_double_up_to_the_longest() =>
        Assert.Equal([1, 2, 4, 8, 15, 15], Enumerable.Range(1, 6).Select(static failures => Backoff.After(failures).TotalSeconds));

    [Theory]
    [InlineData(31)]
    [InlineData(int.MaxValue)]
    public void Many_failures_do_not_overflow(int failures)
    {
        Assert.Equal(Backoff.Longest, Backoff.After(failures));
        Assert.Equal(TimeSpan.MaxValue, new Backoff(TimeSpan.FromDays(1), TimeSpan.MaxValue).After(failures));
    }

    [Fact]
    public void A_first_wait_above_the_longest_is_the_longest() =>
        Assert.Equal(TimeSpan.FromSeconds(1), new Backoff(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)).After(1));

    [Fact]
    public void Failures_are_counted_from_one() => Assert.Throws<ArgumentOutOfRangeException>(() => Backoff.After(0));
}
