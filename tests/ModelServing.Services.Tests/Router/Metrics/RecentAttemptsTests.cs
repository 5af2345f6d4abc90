using CsCheck;
using ModelServing.Router.Metrics;

namespace ModelServing.Services.Tests.Router.Metrics;

public class RecentAttemptsTests
{
    private static readonly TimeSpan Noon = TimeSpan.FromHours(12);

    [Fact]
    public void Without_an_attempt_there_are_no_figures() => Assert.Null(new RecentAttempts().Read(Noon));

    [Fact]
    public void Each_period_has_its_attempts_and_the_total_has_them_all()
    {
        var recent = new RecentAttempts();
        Add(recent, 1, AttemptKind.Answered, Noon);
        Add(recent, 2, AttemptKind.Failed, Noon + TimeSpan.FromMinutes(30));
        Add(recent, 4, AttemptKind.Refused, Noon + TimeSpan.FromMinutes(57));
        Add(recent, 8, AttemptKind.Answered, Noon + TimeSpan.FromMinutes(59.5));
        var figures = recent.Read(Noon + TimeSpan.FromMinutes(59.9))!.ToFigures();
        Assert.Equal(15, figures.Requests);
        Assert.Equal([(1, 8L, 0L, 0L), (5, 12L, 0L, 4L), (60, 15L, 2L, 4L)], figures.Periods.Select(
            static period => (period.Minutes, period.Requests, period.Errors, period.Refused)));
        Assert.Equal((60, 1L, 2L, 8L), (
            figures.RequestsByMinute.Count, figures.RequestsByMinute[0], figures.RequestsByMinute[30], figures.RequestsByMinute[^1]));
        Assert.Equal((60, null), (figures.P95ByMinute.Count, figures.P95ByMinute[1]));

        figures = recent.Read(Noon + TimeSpan.FromMinutes(125))!.ToFigures();
        Assert.Equal(15, figures.Requests);
        Assert.All(figures.Periods, static period => Assert.Equal((0L, null), (period.Requests, period.P99Milliseconds)));
    }

    [Fact]
    public void The_last_minute_moves_in_steps_of_five_seconds()
    {
        var recent = new RecentAttempts();
        for (var second = 0; second < 120; second++)
            Add(recent, 1, AttemptKind.Answered, Noon + TimeSpan.FromSeconds(second));
        Assert.Equal(60, recent.Read(Noon + TimeSpan.FromSeconds(119))!.ToFigures().Periods[0].Requests);
        Assert.Equal(30, recent.Read(Noon + TimeSpan.FromSeconds(149))!.ToFigures().Periods[0].Requests);
    }

    [Fact]
    public void A_quantile_is_within_ten_percent_of_the_exact_one() => Gen.Double[0.06, 100_000].Array[1, 300].Sample(latencies =>
    {
        var recent = new RecentAttempts();
        foreach (var latency in latencies)
            recent.Add(AttemptKind.Answered, TimeSpan.FromMilliseconds(latency), Noon);
        var sorted = latencies.Order().ToArray();
        var figures = recent.Read(Noon)!.ToFigures().Periods[0];
        foreach (var (share, read) in (ReadOnlySpan<(double, double?)>)
            [(0.5, figures.P50Milliseconds), (0.95, figures.P95Milliseconds), (0.99, figures.P99Milliseconds)])
        {
            var exact = sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
            Assert.InRange(read!.Value, exact * 0.9 - 0.001, exact * 1.1 + 0.001);
        }
    });

    [Fact]
    public void Extreme_latencies_are_counted()
    {
        var recent = new RecentAttempts();
        foreach (var latency in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromTicks(1), TimeSpan.FromDays(1)])
            recent.Add(AttemptKind.Answered, latency, Noon);
        recent.Add(AttemptKind.Failed, null, Noon);
        Assert.Equal(4, recent.Read(Noon)!.ToFigures().Periods[0].Requests);
    }

    [Fact]
    public void Threads_that_count_at_the_same_time_lose_no_attempt()
    {
        const int Threads = 4;
        const int PerThread = 20_000;
        var recent = new RecentAttempts();
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < PerThread; i++)
            {
                recent.Add((AttemptKind)(i % 3), TimeSpan.FromMilliseconds(i % 50), Noon + TimeSpan.FromMilliseconds(i));
                if (i % 1000 == 0)
                    recent.Read(Noon);
            }
        })).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        var figures = recent.Read(Noon + TimeSpan.FromSeconds(30))!.ToFigures();
        var hour = figures.Periods[^1];
        Assert.Equal((Threads * PerThread, Threads * PerThread), (figures.Requests, hour.Requests));
        const int Third = PerThread / 3;
        Assert.Equal(Threads * Third, hour.Errors);
        Assert.Equal(Threads * (Third + 1), hour.Refused);
        Assert.Equal(figures.Requests, figures.RequestsByMinute.Sum());
    }

    // Threads of a processor that had no request for long may bring such counts.
    [Fact]
    public void What_is_older_than_the_ring_does_not_replace_what_is_new()
    {
        var ring = new AttemptRing(TimeSpan.FromMinutes(1), 60);
        var (old, present) = (new AttemptCounts(), new AttemptCounts());
        old.Add(AttemptKind.Failed, null);
        present.Add(AttemptKind.Answered, LatencyCounts.BucketOf(TimeSpan.FromMilliseconds(1)));
        ring.Add(present, Noon);
        ring.Add(old, Noon - TimeSpan.FromMinutes(60));
        ring.Add(old, Noon - TimeSpan.FromMinutes(59));
        var sums = new AttemptCounts?[60];
        ring.AddTo(sums, Noon);
        Assert.Equal((2, 1), (sums.Sum(static one => one?.Requests ?? 0), sums.Sum(static one => one?.Errors ?? 0)));
        Assert.Equal((1, 1), (sums[0]!.Requests, sums[59]!.Requests));
    }

    private static void Add(RecentAttempts recent, int count, AttemptKind kind, TimeSpan now)
    {
        for (var i = 0; i < count; i++)
            recent.Add(kind, TimeSpan.FromMilliseconds(5), now);
    }
}
