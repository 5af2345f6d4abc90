using ModelServing.Predictions;

namespace ModelServing.Services.Tests.Predictions;

public class ClockWatchTests
{
    private readonly TwoClocks clocks = new();
    private readonly ClockWatch watch;

    public ClockWatchTests() => watch = new ClockWatch(clocks);

    [Fact]
    public void A_clock_that_goes_as_the_other_one_or_forward_was_not_set_back()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(watch.Look());
            clocks.Pass(TimeSpan.FromMilliseconds(50));
        }

        clocks.Wall += TimeSpan.FromHours(1);
        Assert.Null(watch.Look());
        Assert.Null(watch.Look());
    }

    [Fact]
    public void A_step_back_is_told_once_with_its_size()
    {
        Assert.Null(watch.Look());
        clocks.Pass(TimeSpan.FromSeconds(5));
        clocks.Wall -= TimeSpan.FromSeconds(30);
        Assert.Equal(TimeSpan.FromSeconds(30), watch.Look());
        clocks.Pass(TimeSpan.FromSeconds(5));
        Assert.Null(watch.Look());
        clocks.Wall -= TimeSpan.FromSeconds(2);
        Assert.Equal(TimeSpan.FromSeconds(2), watch.Look());
    }

    [Fact]
    public void A_small_adjustment_and_a_thread_that_loses_its_processor_are_no_steps()
    {
        Assert.Null(watch.Look());
        clocks.Wall -= ClockWatch.Tolerance;
        Assert.Null(watch.Look());
        // Between the looks at the two clocks.
        clocks.Between = TimeSpan.FromMinutes(1);
        Assert.Null(watch.Look());
        clocks.Between = TimeSpan.Zero;
        Assert.Null(watch.Look());
        Assert.Null(watch.Look());
    }

    private sealed class TwoClocks : TimeProvider
    {
        private long ticks;

        internal DateTimeOffset Wall { get; set; } = new(2026, 11, 28, 10, 0, 0, TimeSpan.Zero);

        /// <summary>What passes between two calls.</summary>
        internal TimeSpan Between { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        internal void Pass(TimeSpan time)
        {
            ticks += time.Ticks;
            Wall += time;
        }

        public override DateTimeOffset GetUtcNow()
        {
            Pass(Between);
            return Wall;
        }

        public override long GetTimestamp()
        {
            Pass(Between);
            return ticks;
        }
    }
}
