using CsCheck;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Clients;

public class TokenBucketTests
{
    private static readonly Gen<ClientLimit> SomeLimit = Gen.Select(Gen.Int[1, 10_000_000], Gen.Int[1, 1000], Gen.Int[1, 60])
        .Select(static (rate, scale, burst) => new ClientLimit(Math.Max(0.1m, (decimal)rate / scale / 10), burst))
        .Where(static limit => limit.RequestsPerSecond <= ClientLimit.MaxRequestsPerSecond);

    [Fact]
    public void No_period_admits_more_than_the_burst_and_the_rate() =>
        Gen.Select(SomeLimit, Gen.Select(Gen.Int[0, 2_000_000], Gen.Int[1, 20]).Array[1, 20]).Sample((limit, steps) =>
        {
            var time = new SteppedTime();
            var bucket = new TokenBucket(limit, time);
            var taken = new List<double>();
            var now = 0.0;
            foreach (var (pause, requests) in steps)
            {
                var length = TimeSpan.FromMicroseconds(pause);
                time.Advance(length);
                now += length.TotalSeconds;
                for (var i = 0; i < requests; i++)
                {
                    if (bucket.TryTake(out _, out _))
                        taken.Add(now);
                }
            }

            // For every period between two admitted requests. A millionth of a request allows for rounding to nanoseconds.
            for (var first = 0; first < taken.Count; first++)
            {
                for (var last = first; last < taken.Count; last++)
                {
                    var (count, seconds) = (last - first + 1, taken[last] - taken[first]);
                    Assert.True(
                        count <= limit.Burst + ((double)limit.RequestsPerSecond * seconds * 1.001) + 1e-6,
                        $"{count} in {seconds} s of {limit}");
                }
            }
        });

    [Fact]
    public void A_burst_passes_at_once_and_the_bucket_reports_what_is_left() => SomeLimit.Sample(static limit =>
    {
        var time = new SteppedTime();
        var bucket = new TokenBucket(limit, time);
        // A bucket that was full for long holds a burst and no more.
        time.Advance(TimeSpan.FromHours(1));
        for (var left = limit.Burst - 1; left >= 0; left--)
        {
            Assert.True(bucket.TryTake(out var remaining, out _));
            Assert.Equal(left, remaining);
        }

        Assert.False(bucket.TryTake(out var none, out _));
        Assert.Equal(0, none);
    });

    [Fact]
    public void The_reported_time_is_exactly_the_time_until_the_next_token() => SomeLimit.Sample(static limit =>
    {
        var time = new SteppedTime();
        var bucket = new TokenBucket(limit, time);
        while (bucket.TryTake(out _, out _))
        {
        }

        bucket.TryTake(out _, out var next);
        time.Advance(next - TimeSpan.FromTicks(11));
        if (next > TimeSpan.FromTicks(11))
            Assert.False(bucket.TryTake(out _, out _));
        time.Advance(TimeSpan.FromTicks(11));
        Assert.True(bucket.TryTake(out _, out _));
    });

    [Fact]
    public void Threads_that_take_at_once_share_one_burst()
    {
        var bucket = new TokenBucket(new ClientLimit(1, 5000), new SteppedTime());
        var taken = 0;
        Parallel.For(0, 20_000, _ =>
        {
            if (bucket.TryTake(out var _, out var _))
                Interlocked.Increment(ref taken);
        });
        Assert.Equal(5000, taken);
    }

    [Fact]
    public void It_is_full_when_it_has_as_many_tokens_as_a_new_one()
    {
        var time = new SteppedTime();
        var bucket = new TokenBucket(new ClientLimit(1, 3), time);
        Assert.True(bucket.IsFull);
        bucket.TryTake(out _, out _);
        bucket.TryTake(out _, out _);
        time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(bucket.IsFull);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(bucket.IsFull);
    }
}
