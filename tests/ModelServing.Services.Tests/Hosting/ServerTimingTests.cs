using ModelServing.Hosting;

namespace ModelServing.Services.Tests.Hosting;

public class ServerTimingTests
{
    [Fact]
    public void Parts_are_milliseconds_to_the_microsecond_and_those_of_another_server_follow()
    {
        var timing = new ServerTiming(stackalloc char[ServerTiming.Room]);
        timing.Add("routing", TimeSpan.FromMicroseconds(41));
        timing.Add("version", TimeSpan.FromMicroseconds(12_003_456));
        timing.Add("queue;dur=1.5");
        timing.Add("backwards", TimeSpan.FromSeconds(-1));
        Assert.Equal("routing;dur=0.041, version;dur=12003.456, queue;dur=1.5, backwards;dur=0.000", timing.ToString());
    }

    [Fact]
    public void What_does_not_fit_is_left_out_as_a_whole()
    {
        var timing = new ServerTiming(stackalloc char[60]);
        timing.Add("routing", TimeSpan.FromMilliseconds(1));
        timing.Add(new string('x', 60));
        timing.Add("a-name-that-is-too-long-for-it", TimeSpan.FromMilliseconds(1));
        timing.Add("queue", TimeSpan.FromMilliseconds(2));
        Assert.Equal("routing;dur=1.000, queue;dur=2.000", timing.ToString());
    }
}
