using ModelServing.Rollout.Guard;

namespace ModelServing.Services.Tests.Rollout.Guard;

public class GuardRecorderTests
{
    [Fact]
    public void Each_kind_and_variant_has_its_own_count()
    {
        var counts = Some.Counts(
            Some.Failure(isWatched: true, 1),
            Some.Failure(isWatched: true, 2, CallOutcome.Slow),
            Some.Failure(isWatched: true, 2, CallOutcome.Slow),
            Some.Failure(isWatched: false, 3, CallOutcome.NonFinite),
            Some.Success(1),
            Some.Success(9),
            Some.Success(9) with { IsWatched = false });
        Assert.Equal((1, 0), counts.Total(GuardKind.Error));
        Assert.Equal((2, 0), counts.Total(GuardKind.Slow));
        Assert.Equal((0, 1), counts.Total(GuardKind.NonFinite));
        Assert.Equal((3, 2), counts.Total(GuardKind.MaxErrorRate));
        Assert.Equal(9, counts.LastMinute);
    }

    [Fact]
    public void A_share_that_returns_is_the_same_segment()
    {
        var counts = Some.Counts(
            Some.Failure(isWatched: true, 1, share: TrafficShare.From(500, 9500)),
            Some.Failure(isWatched: true, 2, share: TrafficShare.From(2500, 7500)),
            Some.Failure(isWatched: true, 3, share: TrafficShare.From(500, 9500)));
        Assert.Equal([TrafficShare.From(500, 9500), TrafficShare.From(2500, 7500)], counts.Segments);
        Assert.Equal((3, 0), counts.Total(GuardKind.Error));
    }

    [Fact]
    public void While_one_variant_has_all_of_the_traffic_there_is_no_segment()
    {
        var counts = Some.Counts(
            Some.Failure(isWatched: true, 1, share: TrafficShare.From(10_000, 0)),
            Some.Failure(isWatched: false, 1, share: TrafficShare.From(0, 10_000)),
            Some.Failure(isWatched: false, 1, share: TrafficShare.From(10_000, 0)));
        Assert.Empty(counts.Segments);
        Assert.Equal((1, 0), counts.Total(GuardKind.MaxErrorRate));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1 << 24)]
    public void An_impossible_minute_of_a_trial_is_refused(int minute)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Some.Counts(Some.Failure(isWatched: true, minute)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Some.Counts(Some.Success(minute)));
    }

    [Fact]
    public async Task Nothing_is_lost_or_counted_twice_by_several_threads()
    {
        const int Threads = 4;
        const int Minutes = 500;
        var recorder = new GuardRecorder();
        var reading = true;
        var reader = Task.Run(() =>
        {
            while (Volatile.Read(ref reading))
                Assert.InRange(recorder.Read().Total(GuardKind.Error).Watched, 0, Threads * Minutes);
        });
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var minute = 1; minute <= Minutes; minute++)
            {
                for (var i = 0; i < 20; i++)
                    recorder.Record(Some.Success(minute));
                recorder.Record(Some.Failure(isWatched: true, minute));
            }
        })));
        Volatile.Write(ref reading, false);
        await reader;
        Assert.Equal((Threads * Minutes, Threads * Minutes * 20), recorder.Read().Total(GuardKind.MaxErrorRate));
        Assert.Equal((Threads * Minutes, 0), recorder.Read().Total(GuardKind.Error));
    }
}
