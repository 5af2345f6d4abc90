using CsCheck;
using ModelServing.Rollout.Guard;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Rollout.Guard;

public class SlowLimitTests
{
    private readonly SteppedTime time = new();

    [Fact]
    public void There_is_no_limit_before_stable_has_answered_often_enough()
    {
        var limit = new SlowLimit(time);
        Answer(limit, SlowLimit.FewestAnswers - 1, 100);
        time.Advance(SlowLimit.Period);
        Assert.Null(limit.Current);
        Answer(limit, 10, 100);
        Assert.Null(limit.Current);
        time.Advance(SlowLimit.Period);
        Assert.NotNull(limit.Current);
    }

    [Fact]
    public void It_is_three_times_the_95th_percentile_and_at_least_10_ms()
    {
        var limit = new SlowLimit(time);
        Answer(limit, 950, 100);
        Answer(limit, 50, 5000);
        time.Advance(SlowLimit.Period);
        AssertNear(300, limit);

        limit = new SlowLimit(time);
        Answer(limit, 940, 100);
        Answer(limit, 60, 5000);
        time.Advance(SlowLimit.Period);
        AssertNear(15_000, limit);

        limit = new SlowLimit(time);
        Answer(limit, 1000, 1);
        time.Advance(SlowLimit.Period);
        Assert.Equal(SlowLimit.Floor, limit.Current);
    }

    [Fact]
    public void A_long_time_of_slow_answers_fades_although_they_were_many()
    {
        var limit = new SlowLimit(time);
        Periods(60, 1000);
        AssertNear(3000, limit);
        Periods(180, 100);
        AssertNear(300, limit);

        void Periods(int count, int milliseconds)
        {
            for (var i = 0; i < count; i++)
            {
                Answer(limit, SlowLimit.FewestAnswers, milliseconds);
                time.Advance(SlowLimit.Period);
            }
        }
    }

    [Fact]
    public void Old_answers_fade_and_a_pause_does_not_fade_them()
    {
        var limit = new SlowLimit(time);
        Periods(60, 100);
        AssertNear(300, limit);
        time.Advance(TimeSpan.FromDays(1));
        AssertNear(300, limit);

        // The slow ones are the top 5% at once, and all of them at last.
        Periods(6, 1000);
        AssertNear(3000, limit);
        Periods(10, 100);
        AssertNear(3000, limit);
        Periods(120, 100);
        AssertNear(300, limit);

        void Periods(int count, int milliseconds)
        {
            for (var i = 0; i < count; i++)
            {
                Answer(limit, 1000, milliseconds);
                time.Advance(SlowLimit.Period);
            }
        }
    }

    // Otherwise a version's own answers could move the limit by which they are counted.
    [Fact]
    public void Within_a_period_nothing_changes_it() => Gen.Select(Gen.Int[100, 2000].List[1, 300], Gen.Int[1, 60_000].List[1, 300]).Sample(
        (before, within) =>
        {
            var clock = new SteppedTime();
            var limit = new SlowLimit(clock);
            foreach (var milliseconds in before)
                limit.Answered(TimeSpan.FromMilliseconds(milliseconds));
            clock.Advance(SlowLimit.Period);
            var set = limit.Current;
            foreach (var milliseconds in within)
            {
                clock.Advance((SlowLimit.Period - TimeSpan.FromMilliseconds(1)) / within.Count);
                limit.Answered(TimeSpan.FromMilliseconds(milliseconds));
                Assert.Equal(set, limit.Current);
            }

            Assert.Equal(before.Count < SlowLimit.FewestAnswers, set is null);
        });

    private static void Answer(SlowLimit limit, int times, int milliseconds)
    {
        for (var i = 0; i < times; i++)
            limit.Answered(TimeSpan.FromMilliseconds(milliseconds));
    }

    // A bucket's edge is up to 3.2% above what is in it.
    private static void AssertNear(double milliseconds, SlowLimit limit) =>
        Assert.InRange(limit.Current!.Value.TotalMilliseconds, milliseconds, milliseconds * 1.033);
}
