using ModelServing.TestKit.GuardSimulation;

namespace ModelServing.Services.Tests.Rollout.Guard;

/// <summary>The short form of <c>./dev soak guard</c>: fewer and shorter rollouts, but enough to detect a guard that breaks a
/// rule.</summary>
public class GuardSimulationTests
{
    [Fact]
    public void Equal_versions_are_left_alone() => Holds(GuardScenarios.Equal(brevity: 4), 100);

    // At most 20 of 400 may be condemned, and at most 2.5 are expected: only errors on the sum are simulated, which may cause an eighth of
    // the false alarms. A guard that ignores the tolerance condemns most of them; one without the copies' weights, more than a tenth.
    [Fact]
    public void A_version_that_fails_as_often_as_is_tolerated_is_left_alone() => Holds(GuardScenarios.AtTheBoundary(brevity: 4), 400);

    [Fact]
    public void Rates_may_change_with_the_hour() => Holds(GuardScenarios.Diurnal(brevity: 4), 100);

    // If every failure of a key counted, a fifth of these ramps and a tenth of the alternating ones would be condemned.
    [Fact]
    public void Keys_that_always_fail_condemn_no_version_while_the_weight_climbs() => Holds(GuardScenarios.Ramp(), 60);

    [Fact]
    public void Keys_that_always_fail_condemn_no_version_while_the_weight_goes_up_and_down() =>
        Holds(GuardScenarios.AlternatingWeight(), 100);

    [Fact]
    public void Several_routers_condemn_no_more_often_than_one() => Holds(GuardScenarios.SeveralRouters(brevity: 2), 100);

    [Fact]
    public void Pods_that_are_killed_condemn_no_version() => Holds(GuardScenarios.RestartingPods(), 20);

    // If the guard looked at all clients together, each of these rollouts would be condemned within minutes.
    [Theory]
    [InlineData(5)]
    [InlineData(50)]
    public void A_client_that_sends_whatever_fails_condemns_no_version(int percent) =>
        Holds(GuardScenarios.HostileClient(percent), 60);

    [Theory]
    [InlineData(5)]
    [InlineData(50)]
    [InlineData(90)]
    public void An_outage_of_both_versions_condemns_none(int percent) => Holds(GuardScenarios.SharedOutage(percent, brevity: 5), 20);

    // Without the 30 s in which a new endpoint's slow answers don't count, each of these rollouts would be condemned at its start.
    [Fact]
    public void A_version_that_is_only_slow_at_its_start_is_left_alone() => Holds(GuardScenarios.EqualLatency(brevity: 8), 20);

    [Fact]
    public void A_version_that_is_slow_as_often_as_is_tolerated_is_left_alone() =>
        Holds(GuardScenarios.LatencyAtTheBoundary(brevity: 8), 40);

    [Fact]
    public void A_version_that_takes_ten_times_as_long_is_condemned_within_a_minute() => Holds(GuardScenarios.TenTimesSlower(), 40);

    [Theory]
    [InlineData("at once", 0, 10)]
    [InlineData("after a day", 1440, 20)]
    public void A_version_that_fails_all_at_once_is_condemned_after_a_few_failures(string when, double after, double failuresAtMost) =>
        Holds(GuardScenarios.Fault(when, after, failuresAtMost), 60);

    private static void Holds(GuardScenario scenario, int rollouts)
    {
        var result = scenario.Simulate(rollouts, seed: 20261125, TestContext.Current.CancellationToken);
        Assert.True(
            result.IsGood,
            $"{result.Condemned} of {rollouts} condemned, at most {result.CondemnedAtMost}; {result.Failures:N2} failures and " +
            $"{result.Minutes:N2} minutes on average");
    }
}
