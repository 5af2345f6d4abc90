using ModelServing.Rollout.Guard;

namespace ModelServing.Services.Tests.Rollout.Guard;

public class GuardPolicyTests
{
    [Theory]
    [InlineData(0.001, 1, 1, 8_000, 8_000)]
    [InlineData(0.001, 1, 4, 8_000, 32_000)]
    [InlineData(0.05, 1, 8, 160, 1_280)]
    [InlineData(0.001, 3, 2, 24_000, 48_000)]
    public void Each_kind_arm_scope_and_router_has_its_part_of_the_false_alarms(
        double falseAlarm,
        int arms,
        int routers,
        double sum,
        double local)
    {
        var policy = new GuardPolicy { FalseAlarm = falseAlarm, Arms = arms, RoutersMax = routers };
        Assert.Equal(sum, policy.Threshold(GuardScope.Sum), 6);
        Assert.Equal(local, policy.Threshold(GuardScope.Local), 6);
        // Four kinds on all arms, once on the sum and once in each router.
        Assert.Equal(falseAlarm, 4 * arms * (1 / sum + routers / local), 12);
        Assert.Equal(100 * sum, policy.ComparisonThreshold(GuardScope.Sum), 4);
        Assert.Equal(100 * local, policy.ComparisonThreshold(GuardScope.Local), 4);
    }

    [Fact]
    public void Impossible_rules_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GuardPolicy { RoutersMax = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Some.Policy with { Arms = 0 });
        Assert.All(
            (double[])[0.99, 1001, double.NaN],
            tolerance => Assert.Throws<ArgumentOutOfRangeException>(() => Some.Policy with { Tolerance = tolerance }));
        Assert.All(
            (double[])[0, 1, double.NaN],
            rate => Assert.Throws<ArgumentOutOfRangeException>(() => Some.Policy with { FalseAlarm = rate }));
        Assert.All(
            (double[])[0, 1, double.NaN],
            rate => Assert.Throws<ArgumentOutOfRangeException>(() => Some.Policy with { MaxErrorRate = rate }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Some.Policy with { SlowerThan = TimeSpan.Zero });
    }
}
