namespace ModelServing.Jobs.Replays;

/// <summary>What a replay shows of the calls of one side.</summary>
/// <param name="Calls">How many requests it got.</param>
/// <param name="Failed">How many of them it did not answer, or answered with a number that is not finite.</param>
/// <param name="Reasons">Why, with how often, the most frequent first. At most ten.</param>
/// <param name="P50Milliseconds">The median of the time of a call.</param>
internal sealed record VersionFigures(
    long Calls,
    long Failed,
    IReadOnlyList<CountedReason> Reasons,
    double? P50Milliseconds,
    double? P95Milliseconds,
    double? P99Milliseconds);
