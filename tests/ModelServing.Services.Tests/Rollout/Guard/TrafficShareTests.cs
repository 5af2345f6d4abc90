using CsCheck;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;

namespace ModelServing.Services.Tests.Rollout.Guard;

public class TrafficShareTests
{
    [Fact]
    public void Equal_shares_are_equal_whatever_their_weights()
    {
        Assert.Equal(TrafficShare.From(500, 9500), TrafficShare.From(100, 1900));
        Assert.NotEqual(TrafficShare.From(500, 9500), TrafficShare.From(501, 9499));
        Assert.Equal(0.05, TrafficShare.From(500, 9500).Fraction);
    }

    [Fact]
    public void Smaller_shares_come_first() =>
        Gen.Select(Gen.Int[0, 5000], Gen.Int[1, 5000], Gen.Int[0, 5000], Gen.Int[1, 5000]).Sample((a, b, c, d) =>
        TrafficShare.From(a, b).CompareTo(TrafficShare.From(c, d)) == ((decimal)a / (a + b)).CompareTo((decimal)c / (c + d)));

    [Fact]
    public void A_single_variant_is_not_divided()
    {
        Assert.True(TrafficShare.From(1, 9999) is { IsDivided: true, IsWhole: false });
        Assert.True(TrafficShare.From(10_000, 0) is { IsDivided: false, IsWhole: true, Fraction: 1 });
        Assert.True(TrafficShare.From(0, 10_000) is { IsDivided: false, IsWhole: false, Fraction: 0 });
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(2, -1)]
    [InlineData(0, 0)]
    [InlineData(1, PlanDocument.Buckets)]
    public void Weights_that_no_plan_has_are_refused(int watched, int stable) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TrafficShare.From(watched, stable));
}
