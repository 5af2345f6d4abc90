using ModelServing.Contracts.Admin;

namespace ModelServing.Router.Metrics;

/// <summary>The first attempts of one variant in the last hour, for <c>ms status</c>. It holds at most 40 KB.</summary>
internal sealed class RecentAttempts
{
    private const int Hour = 60;
    private const int Shares = 12;

    private static readonly TimeSpan Share = TimeSpan.FromMinutes(1) / Shares;

    private readonly Lock gate = new();
    private AttemptRing? minutes;
    private AttemptRing? lastMinute;
    private long requests;

    internal void Add(AttemptKind kind, TimeSpan? latency, TimeSpan now)
    {
        lock (gate)
        {
            requests++;
            (minutes ??= new AttemptRing(TimeSpan.FromMinutes(1), Hour)).Add(kind, latency, now);
            (lastMinute ??= new AttemptRing(Share, Shares)).Add(kind, latency, now);
        }
    }

    /// <summary>The figures at a time; null if there was no attempt.</summary>
    internal VariantFigures? Read(TimeSpan now)
    {
        lock (gate)
        {
            if (minutes is null || lastMinute is null)
                return null;
            var hour = Enumerable.Range(0, Hour).Reverse().Select(before => minutes.Before(before, now)).ToList();
            return new VariantFigures(
                requests,
                [
                    Read(1, lastMinute.Sum(Shares, now)),
                    Read(5, minutes.Sum(5, now)),
                    Read(Hour, minutes.Sum(Hour, now)),
                ],
                [.. hour.Select(static minute => minute?.Requests ?? 0)],
                [.. hour.Select(static minute => Rounded(minute?.Latencies.Quantile(0.95)))]);
        }
    }

    private static PeriodFigures Read(int minutes, AttemptCounts counts) => new(
        minutes,
        counts.Requests,
        counts.Errors,
        counts.Refused,
        Rounded(counts.Latencies.Quantile(0.5)),
        Rounded(counts.Latencies.Quantile(0.95)),
        Rounded(counts.Latencies.Quantile(0.99)));

    private static double? Rounded(double? milliseconds) => milliseconds is { } value ? Math.Round(value, 3) : null;
}
