using ModelServing.Contracts;
using ModelServing.Router.Sources;

namespace ModelServing.Services.Tests.Router.Sources;

public class WatchLimitsTests
{
    private static readonly WatchLimits Limits = new();

    [Fact]
    public void Pauses_double_up_to_a_limit_and_vary()
    {
        Assert.Equal([1, 2, 4, 8, 15, 15], Enumerable.Range(1, 6).Select(static failures => Limits.PauseAfter(failures, 1).TotalSeconds));
        Assert.Equal(
            [0.5, 1, 2, 4, 7.5, 7.5],
            Enumerable.Range(1, 6).Select(static failures => Limits.PauseAfter(failures, 0).TotalSeconds));
        Assert.Equal(15, Limits.PauseAfter(int.MaxValue, 1).TotalSeconds);
    }

    [Fact]
    public void A_watch_ends_before_its_silence_counts() =>
        Assert.True(TimeSpan.FromSeconds(Limits.WatchSeconds(1)) < Limits.Silence, $"{Limits.WatchSeconds(1)} s, {Limits.Silence}");

    [Fact]
    public void A_departing_pod_outlasts_the_longest_delay_of_a_new_plan() =>
        Assert.True(
            DrainTimes.PlanPropagation >= Limits.LongestLag + DnsEndpoints.Limit,
            $"{DrainTimes.PlanPropagation}, {Limits.LongestLag} and {DnsEndpoints.Limit} for the names that it adds");
}
