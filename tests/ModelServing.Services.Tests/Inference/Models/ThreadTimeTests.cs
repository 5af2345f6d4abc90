using System.Diagnostics;
using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Models;

public class ThreadTimeTests
{
    private readonly ThreadTime time = new();

    [Fact]
    public void Time_without_the_processor_does_not_count()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells the processor time of a thread");
        var before = time.Current;
        var slept = TimeSpan.FromMilliseconds(200);
        Thread.Sleep(slept);
        Assert.InRange(time.Since(before, slept)!.Value, TimeSpan.Zero, slept / 2);
    }

    [Fact]
    public void The_time_of_another_thread_grows_only_while_that_thread_works()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells the processor time of a thread");
        var known = 0;
        using var rests = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        var worker = new Thread(() =>
        {
            Volatile.Write(ref known, time.Clock);
            while (!rests.IsSet)
                Thread.SpinWait(1000);
            end.Wait(TestContext.Current.CancellationToken);
        });
        worker.Start();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref known) != 0, RawConnection.Patience));
        Assert.NotEqual(time.Clock, known);
        // This thread sleeps, so its own time would not grow so much.
        var (began, waited, enough) = (time.On(known), Stopwatch.StartNew(), TimeSpan.FromMilliseconds(200));
        while (time.On(known) - began < enough && waited.Elapsed < RawConnection.Patience)
            Thread.Sleep(10);
        Assert.True(time.On(known) - began >= enough, "its time does not grow");
        rests.Set();
        Thread.Sleep(100);
        var rested = time.On(known);
        Thread.Sleep(200);
        Assert.InRange((time.On(known) - rested)!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        end.Set();
        worker.Join();
        Assert.Null(time.On(0));
    }

    [Fact]
    public void A_reading_is_at_most_a_millisecond_too_late_and_no_time_is_negative()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells the processor time of a thread");
        var slack = TimeSpan.FromMilliseconds(1);
        for (var i = 0; i < 2000; i++)
        {
            var before = time.Current;
            var read = time.AtMost;
            var after = time.Current;
            Assert.InRange(read!.Value, before!.Value, after!.Value + slack);
            if (i % 100 == 0)
                Thread.Sleep(1);
        }

        Assert.Equal(TimeSpan.Zero, ThreadTime.Between(slack, TimeSpan.Zero));
        Assert.Equal(slack, ThreadTime.Between(slack, slack * 2));
        Assert.Null(ThreadTime.Between(null, slack));
        Assert.Null(ThreadTime.Between(slack, null));
    }

    [Fact]
    public void A_short_time_counts_whole_and_an_unknown_one_stays_unknown()
    {
        var elapsed = TimeSpan.FromMicroseconds(900);
        Assert.Equal(elapsed, time.Since(TimeSpan.Zero, elapsed));
        Assert.Null(time.Since(null, elapsed));
    }
}
