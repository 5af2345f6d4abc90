using ModelServing.Inference.Models;

namespace ModelServing.Services.Tests.Inference.Models;

public class ThreadTimeTests
{
    [Fact]
    public void Time_without_the_processor_does_not_count()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells the processor time of a thread");
        var before = ThreadTime.Current;
        var slept = TimeSpan.FromMilliseconds(200);
        Thread.Sleep(slept);
        Assert.InRange(ThreadTime.Since(before, slept)!.Value, TimeSpan.Zero, slept / 2);
    }

    [Fact]
    public void A_short_time_counts_whole_and_an_unknown_one_stays_unknown()
    {
        var elapsed = TimeSpan.FromMicroseconds(900);
        Assert.Equal(elapsed, ThreadTime.Since(TimeSpan.Zero, elapsed));
        Assert.Null(ThreadTime.Since(null, elapsed));
    }
}
