using ModelServing.Rollout.Guard;

namespace ModelServing.Services.Tests.Rollout.Guard;

public class ReachabilityWatchTests
{
    [Fact]
    public void A_version_is_condemned_when_it_was_unreachable_for_the_allowed_time()
    {
        var watch = new ReachabilityWatch(ReachabilityWatch.Default);
        for (var second = 0; second < 60; second++)
            Assert.False(watch.Check(isReady: false, isStableReady: true, TimeSpan.FromSeconds(second)));
        Assert.True(watch.Check(isReady: false, isStableReady: true, TimeSpan.FromSeconds(60)));
        Assert.Equal(TimeSpan.FromSeconds(60), watch.UnreachableTime);
    }

    [Fact]
    public void A_ready_endpoint_in_between_restarts_the_time()
    {
        var watch = new ReachabilityWatch(ReachabilityWatch.Default);
        for (var second = 0; second < 59; second++)
            Assert.False(watch.Check(isReady: false, isStableReady: true, TimeSpan.FromSeconds(second)));
        Assert.False(watch.Check(isReady: true, isStableReady: true, TimeSpan.FromSeconds(59)));
        for (var second = 60; second < 120; second++)
            Assert.False(watch.Check(isReady: false, isStableReady: true, TimeSpan.FromSeconds(second)));
        Assert.True(watch.Check(isReady: false, isStableReady: true, TimeSpan.FromSeconds(120)));
    }

    [Fact]
    public void Time_in_which_stable_is_unreachable_too_does_not_count()
    {
        var watch = new ReachabilityWatch(ReachabilityWatch.Default);
        for (var second = 0; second <= 30; second++)
            Assert.False(watch.Check(isReady: false, isStableReady: true, TimeSpan.FromSeconds(second)));
        for (var second = 31; second < 1000; second++)
            Assert.False(watch.Check(isReady: false, isStableReady: false, TimeSpan.FromSeconds(second)));
        for (var second = 1000; second < 1030; second++)
            Assert.False(watch.Check(isReady: false, isStableReady: true, TimeSpan.FromSeconds(second)));
        Assert.True(watch.Check(isReady: false, isStableReady: true, TimeSpan.FromSeconds(1030)));
    }

    [Fact]
    public void Time_without_checks_hardly_counts()
    {
        var watch = new ReachabilityWatch(ReachabilityWatch.Default);
        Assert.False(watch.Check(isReady: false, isStableReady: true, TimeSpan.Zero));
        Assert.False(watch.Check(isReady: false, isStableReady: true, TimeSpan.FromHours(1)));
        Assert.Equal(TimeSpan.FromSeconds(5), watch.UnreachableTime);
        Assert.False(watch.Check(isReady: false, isStableReady: true, TimeSpan.FromMinutes(59)));
        Assert.Equal(TimeSpan.FromSeconds(5), watch.UnreachableTime);
    }

    [Fact]
    public void A_limit_of_zero_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new ReachabilityWatch(TimeSpan.Zero));
}
