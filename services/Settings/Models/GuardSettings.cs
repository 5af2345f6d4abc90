using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>What condemns a canary or an arm.</summary>
public sealed record GuardSettings
{
    /// <summary>The rate ratio that is tolerated.</summary>
    [Setting("How many times the stable version's rate of failures is tolerated.", Least = "1", Most = "100")]
    public decimal Tolerance { get; init; } = 1.5m;

    /// <summary>The chance of condemning a version that is no worse than that.</summary>
    [Setting("The chance that a version no worse than that is condemned at all, however long it runs and however often one looks.", Least = "0.000001", Most = "0.5")]
    public decimal FalseAlarm { get; init; } = 0.001m;

    /// <summary>What counts as slow; null for nothing.</summary>
    [Setting("An answer that takes longer counts as slow, and slow answers are compared as failures are. Without it only the attempt's limit counts.", Least = "1ms", Most = "10m")]
    public TimeSpan? SlowerThan { get; init; }

    /// <summary>The rate of failures that condemns whatever stable does; null for none.</summary>
    [Setting("The rate of failures above which a version is condemned, unless the stable version fails as much.", Least = "0.000001", Most = "0.999999")]
    public decimal? MaxErrorRate { get; init; }

    /// <summary>How long a version may have no ready endpoint.</summary>
    [Setting("How long a version may have no ready endpoint before it is condemned.", Least = "1s", Most = "24h")]
    public TimeSpan UnreachableFor { get; init; } = TimeSpan.FromSeconds(60);
}
