using ModelServing.Inference.Models;

namespace ModelServing.Services.Tests.Inference.Models;

public class PollDelayTests
{
    [Fact]
    public void Each_delay_is_about_twice_the_previous_one_up_to_the_longest_and_differs_between_pods()
    {
        PollDelay one = new(new Random(1)), other = new(new Random(2));
        foreach (var expected in (double[])[1, 2, 4, 8, 15, 15, 15])
        {
            var (a, b) = (one.Next().TotalSeconds, other.Next().TotalSeconds);
            Assert.InRange(a, expected * 0.75, expected * 1.25);
            Assert.InRange(b, expected * 0.75, expected * 1.25);
            Assert.NotEqual(a, b);
        }
    }

    [Fact]
    public void A_refused_version_is_polled_about_once_a_minute()
    {
        PollDelay one = new(new Random(1)), other = new(new Random(2));
        var (a, b) = (one.NextForRefused().TotalSeconds, other.NextForRefused().TotalSeconds);
        Assert.InRange(a, 45, 75);
        Assert.InRange(b, 45, 75);
        Assert.NotEqual(a, b);
    }
}
