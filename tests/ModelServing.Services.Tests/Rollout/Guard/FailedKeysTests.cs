using ModelServing.Rollout.Guard;

namespace ModelServing.Services.Tests.Rollout.Guard;

public class FailedKeysTests
{
    [Fact]
    public void A_key_that_failed_before_counts_in_the_copies_that_started_after_that()
    {
        var keys = new FailedKeys();
        Assert.Equal(KeyHistory.None, keys.Failed(17, 3));
        Assert.Equal(3, keys.Failed(17, 5).CountsAfter);
        Assert.Equal(5, keys.Failed(17, 5).CountsAfter);
        Assert.Equal(KeyHistory.None, keys.Failed(18, 6));

        var counts = Some.Counts(
            Some.Failure(isWatched: true, 3),
            Some.Failure(isWatched: true, 5, key: KeyHistory.From(3, 1)),
            Some.Failure(isWatched: true, 5, key: KeyHistory.From(5, 1)));
        // The copies of minutes 1 to 3 saw only the first failure, those of 4 and 5 the second, and none saw the third.
        Assert.Equal([1, 1, 1, 1, 1], Enumerable.Range(0, 5).Select(copy => counts.RateAt(copy).Failures));
    }

    [Fact]
    public void A_late_minute_does_not_overwrite_a_newer_one()
    {
        var keys = new FailedKeys();
        keys.Failed(17, 9);
        Assert.Equal(9, keys.Failed(17, 4).CountsAfter);
        Assert.Equal(9, keys.Failed(17, 10).CountsAfter);
    }

    [Fact]
    public void When_the_map_is_full_no_keyed_failure_counts_any_more()
    {
        var keys = new FailedKeys();
        for (ulong key = 0; key < KeyHistory.MaxKeys; key++)
            Assert.Equal(KeyHistory.None, keys.Failed(key, 1));
        Assert.Equal(1, keys.Failed(0, 2).CountsAfter);
        Assert.False(keys.IsFull);
        Assert.Equal(KeyHistory.Forgotten, keys.Failed(KeyHistory.MaxKeys, 2));
        Assert.True(keys.IsFull);
        Assert.Equal(KeyHistory.Forgotten, keys.Failed(0, 3));

        var counts = Some.Counts(
            Some.Failure(isWatched: true, 3, key: KeyHistory.Forgotten),
            Some.Failure(isWatched: false, 3, key: KeyHistory.Forgotten));
        Assert.Equal((0, 0), counts.Total(GuardKind.Error));
        Assert.Empty(counts.Segments);
    }

    [Fact]
    public void A_map_in_the_cache_has_the_same_rule()
    {
        Assert.Equal(KeyHistory.None, KeyHistory.From(null, 1));
        Assert.Equal(4, KeyHistory.From(4, KeyHistory.MaxKeys).CountsAfter);
        Assert.Equal(KeyHistory.Forgotten, KeyHistory.From(4, KeyHistory.MaxKeys + 1));
        Assert.Equal(KeyHistory.Forgotten, KeyHistory.From(null, KeyHistory.MaxKeys + 1));
        Assert.Equal(KeyHistory.From(4, 1), KeyHistory.From(null, 1).Later(KeyHistory.From(4, 1)));
        Assert.Equal(KeyHistory.From(4, 1), KeyHistory.From(4, 1).Later(KeyHistory.From(3, 1)));
    }
}
