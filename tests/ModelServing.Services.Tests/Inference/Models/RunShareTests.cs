using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Models;

public sealed class RunShareTests
{
    [Theory]
    [InlineData(2, 0.1, 1)]
    [InlineData(2, 0.5, 1)]
    [InlineData(2, 0.6, 2)]
    [InlineData(2, 1.5, 2)]
    [InlineData(16, 0.3, 5)]
    [InlineData(1, 0.9, 1)]
    [InlineData(2, 0, 1)]
    public void As_many_turns_are_enough_as_the_runs_need_of_the_processors(int turns, double share, int enough) =>
        Assert.Equal(enough, new RunShare(turns, TimeProvider.System).TurnsFor(share));

    [Fact]
    public void Until_it_is_measured_all_turns_are_wanted() => Assert.Equal(2, new RunShare(2, new SteppedTime()).Wanted);

    [Fact]
    public void Runs_that_take_all_of_the_time_need_all_turns_and_those_that_take_none_need_one()
    {
        var time = new SteppedTime();
        var share = new RunShare(4, time);
        share.Ran(TimeSpan.FromDays(1));
        Assert.Equal(4, share.Wanted);
        // The process has worked for the whole of the next period, and the model hardly.
        while (share.Wanted > 1)
        {
            Work();
            time.Advance(TimeSpan.FromMilliseconds(50));
            share.Ran(TimeSpan.FromTicks(1));
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static void Work()
    {
        var before = Environment.CpuUsage.TotalTime;
        while (Environment.CpuUsage.TotalTime - before < TimeSpan.FromMilliseconds(100))
        {
        }
    }
}
