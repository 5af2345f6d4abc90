using ModelServing.Contracts.Admin;

namespace ModelServing.Router.Metrics;

/// <summary>The first attempts of one variant in the last hour, by their age: those of one router, or the sum over several.</summary>
internal sealed class AttemptHistory
{
    /// <summary>The number of minutes.</summary>
    internal const int Minutes = 60;

    /// <summary>The number of shares of the last minute.</summary>
    internal const int Shares = 12;

    internal static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan Share = Minute / Shares;

    /// <summary>The number since the trial began, or since a router started or first had the variant.</summary>
    internal long Requests { get; set; }

    /// <summary>The attempts of each minute, the present one first; null for a minute without one.</summary>
    internal AttemptCounts?[] ByMinute { get; } = new AttemptCounts?[Minutes];

    /// <summary>The attempts of each share of the last minute, the present one first; null for a share without one.</summary>
    internal AttemptCounts?[] ByShare { get; } = new AttemptCounts?[Shares];

    /// <summary>Adds what another router counted.</summary>
    /// <param name="other">Its counts.</param>
    /// <param name="age">How long ago it counted.</param>
    internal void Add(AttemptHistory other, TimeSpan age)
    {
        Requests += other.Requests;
        Add(ByMinute, other.ByMinute, age, Minute);
        Add(ByShare, other.ByShare, age, Share);
    }

    internal VariantFigures ToFigures() => new(
        Requests,
        [Read(1, ByShare), Read(5, ByMinute[..5]), Read(Minutes, ByMinute)],
        [.. ByMinute.Reverse().Select(static minute => minute?.Requests ?? 0)],
        [.. ByMinute.Reverse().Select(static minute => Rounded(minute?.Latencies.Quantile(0.95)))]);

    private static void Add(AttemptCounts?[] sums, AttemptCounts?[] others, TimeSpan age, TimeSpan period)
    {
        // The clocks of two routers differ a little.
        var periods = Math.Max(0, age.Ticks / period.Ticks);
        for (var i = 0; i + periods < sums.Length; i++)
        {
            if (others[i] is { } one)
                (sums[i + periods] ??= new AttemptCounts()).Add(one);
        }
    }

    private static PeriodFigures Read(int minutes, IEnumerable<AttemptCounts?> parts)
    {
        var sum = new AttemptCounts();
        foreach (var part in parts)
        {
            if (part is not null)
                sum.Add(part);
        }

        return new PeriodFigures(
            minutes,
            sum.Requests,
            sum.Errors,
            sum.Refused,
            Rounded(sum.Latencies.Quantile(0.5)),
            Rounded(sum.Latencies.Quantile(0.95)),
            Rounded(sum.Latencies.Quantile(0.99)));
    }

    private static double? Rounded(double? milliseconds) => milliseconds is { } value ? Math.Round(value, 3) : null;
}
