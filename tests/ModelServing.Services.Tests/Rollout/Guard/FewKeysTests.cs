using ModelServing.Rollout.Guard;

namespace ModelServing.Services.Tests.Rollout.Guard;

public class FewKeysTests
{
    [Theory]
    [InlineData(500, 4)]
    [InlineData(5000, 19)]
    [InlineData(9000, 133)]
    public void At_least_this_many_keys_must_fail(int percent, int fewest)
    {
        var share = TrafficShare.From(percent, 10_000 - percent);
        Assert.Equal(fewest, FewKeys.Fewest(share, Some.Policy));
        Assert.True(FewKeys.AreBlind(fewest - 1, share, Some.Policy));
        Assert.False(FewKeys.AreBlind(fewest, share, Some.Policy));
    }

    [Fact]
    public void Fewer_keys_never_reach_the_threshold_however_often_they_fail()
    {
        var (keys, recorder) = (new FailedKeys(), new GuardRecorder());
        var share = TrafficShare.From(5000, 5000);
        for (var minute = 1; minute <= 300; minute++)
        {
            for (ulong key = 0; key < 18; key++)
                recorder.Record(Some.Failure(isWatched: true, minute, share: share, key: keys.Failed(key, minute)));
            Assert.Null(GuardRule.Decide(recorder.Read(), Some.Policy, GuardScope.Sum, default, default));
        }
    }

    [Fact]
    public void With_nearly_all_of_the_traffic_the_comparison_is_always_blind()
    {
        Assert.Null(FewKeys.Fewest(TrafficShare.From(9999, 1), Some.Policy));
        Assert.True(FewKeys.AreBlind(int.MaxValue, TrafficShare.From(9999, 1), Some.Policy));
    }

    [Fact]
    public void Without_a_comparison_the_guard_is_not_blind_by_keys()
    {
        Assert.False(FewKeys.AreBlind(0, TrafficShare.From(10_000, 0), Some.Policy));
        Assert.False(FewKeys.AreBlind(0, TrafficShare.From(0, 10_000), Some.Policy));
    }

    [Fact]
    public void A_census_counts_different_keys_until_there_are_enough()
    {
        var census = new KeyCensus();
        foreach (var key in (ulong[])[1, 2, 2, 1, 3])
            census.Add(key, enough: 4);
        Assert.Equal(3, census.Count);
        foreach (var key in (ulong[])[4, 5, 6])
            census.Add(key, enough: 4);
        Assert.Equal(4, census.Count);
        census.Add(5, enough: 19);
        Assert.Equal(5, census.Count);
    }

    [Fact]
    public void A_census_holds_a_bounded_number_of_keys()
    {
        var census = new KeyCensus();
        for (ulong key = 0; key < KeyHistory.MaxKeys + 10; key++)
            census.Add(key, int.MaxValue);
        Assert.Equal(KeyHistory.MaxKeys, census.Count);
    }
}
