namespace ModelServing.Contracts.Admin;

/// <summary>A variant's first attempts in the last minutes. A latency is exact to 10%.</summary>
/// <param name="Minutes">The length of the period: 1, 5 or 60 minutes.</param>
/// <param name="Requests">The number of first attempts.</param>
/// <param name="Errors">Those that failed: status 500 or above, no or a broken answer, a late or a non-finite one.</param>
/// <param name="Refused">Those that the version answered with a status from 400 to 499.</param>
/// <param name="P50Milliseconds">The median latency of the version, in milliseconds; null without an answer.</param>
/// <param name="P95Milliseconds">The 95th percentile.</param>
/// <param name="P99Milliseconds">The 99th percentile.</param>
public sealed record PeriodFigures(
    int Minutes,
    long Requests,
    long Errors,
    long Refused,
    double? P50Milliseconds = null,
    double? P95Milliseconds = null,
    double? P99Milliseconds = null);
