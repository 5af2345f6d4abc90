using ModelServing.Cli.Up;

namespace ModelServing.Services.Tests.Cli.Up;

public class BackoffTests
{
    [Fact]
    public void Waits_double_up_to_ten_seconds()
    {
        var backoff = new Backoff();
        var waits = Enumerable.Range(0, 8).Select(_ => backoff.Next(TimeSpan.Zero).TotalMilliseconds);
        Assert.Equal([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000], waits);
    }

    [Fact]
    public void After_a_recovery_the_waits_start_again()
    {
        var backoff = new Backoff();
        for (var i = 0; i < 5; i++)
            backoff.Next(TimeSpan.Zero);
        Assert.Equal(8, backoff.Next(Backoff.Recovered - TimeSpan.FromMilliseconds(1)).TotalSeconds);
        Assert.Equal(Backoff.First, backoff.Next(Backoff.Recovered));
        Assert.Equal(Backoff.First * 2, backoff.Next(TimeSpan.Zero));
    }
}
