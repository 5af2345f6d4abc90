using ModelServing.Cli.Up;

namespace ModelServing.Services.Tests.Cli.Up;

public class RestartDelayTests
{
    [Fact]
    public void Waits_double_up_to_ten_seconds()
    {
        var delay = new RestartDelay();
        var waits = Enumerable.Range(0, 8).Select(_ => delay.Next(TimeSpan.Zero).TotalMilliseconds);
        Assert.Equal([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000], waits);
    }

    [Fact]
    public void A_host_that_was_ready_for_a_while_starts_over()
    {
        var delay = new RestartDelay();
        for (var i = 0; i < 5; i++)
            delay.Next(TimeSpan.Zero);
        Assert.Equal(8, delay.Next(RestartDelay.Recovered - TimeSpan.FromMilliseconds(1)).TotalSeconds);
        Assert.Equal(RestartDelay.Backoff.First, delay.Next(RestartDelay.Recovered));
        Assert.Equal(RestartDelay.Backoff.First * 2, delay.Next(TimeSpan.Zero));
    }
}
