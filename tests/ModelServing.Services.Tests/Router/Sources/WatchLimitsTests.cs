using ModelServing.Contracts;
using ModelServing.Router.Sources;

namespace ModelServing.Services.Tests.Router.Sources;

public class WatchLimitsTests
{
    private static readonly WatchLimits Limits = new();

    [Fact]
    public void Pauses_double_up_to_a_bound_and_are_spread()
    {
        Assert.Equal([1, 2, 4, 8, 15, 15], Enumerable.Range(1, 6).Select(static failures => Limits.PauseAfter(failures, 1).TotalSeconds));
        Assert.Equal([0.5, 1, 2, 4, 7.5, 7.5], Enumerable.Range(1, 6).Select(static failures => Limits.PauseAfter(failures, 0).TotalSeconds));
        Assert.Equal(15, Limits.PauseAfter(int.MaxValue, 1).TotalSeconds);
    }

    [Fact]
    public void A_watch_is_ended_before_its_silence_counts() =>
        Assert.True(TimeSpan.FromSeconds(Limits.WatchSeconds(1)) < Limits.Silence, $"{Limits.WatchSeconds(1)} s, {Limits.Silence}");

    [Fact]
    public void A_leaving_pod_outlasts_the_longest_that_a_router_may_go_without_a_plan_that_is_there() =>
        Assert.True(DrainTimes.PlanPropagation >= Limits.LongestLag + DnsEndpoints.Limit, $"{DrainTimes.PlanPropagation}, {Limits.LongestLag} and {DnsEndpoints.Limit} for the names that it adds");
}
