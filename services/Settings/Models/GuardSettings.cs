using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The conditions that condemn a canary or an arm.</summary>
public sealed record GuardSettings
{
    [Setting("The tolerated failure rate, as a multiple of the stable version's failure rate.", Min = "1", Max = "100")]
    public decimal Tolerance { get; init; } = 1.5m;

    [Setting(
        "The probability that a version within the tolerance is condemned anyway, however long it runs and however often it is checked.",
        Min = "0.000001",
        Max = "0.5")]
    public decimal FalseAlarm { get; init; } = 0.001m;

    [Setting(
        "An answer that takes longer counts as slow. Slow answers are compared the way failures are. By default, this is three times the "
        + "95th percentile of the stable version's own recent answers, and at least 10ms.",
        Min = "1ms",
        Max = "10m")]
    public TimeSpan? SlowerThan { get; init; }

    [Setting(
        "The failure rate above which a version is condemned, unless the stable version fails as often.",
        Min = "0.000001",
        Max = "0.999999")]
    public decimal? MaxErrorRate { get; init; }

    [Setting("The time without a ready endpoint after which a version is condemned.", Min = "1s", Max = "24h")]
    public TimeSpan UnreachableFor { get; init; } = TimeSpan.FromSeconds(60);
}
