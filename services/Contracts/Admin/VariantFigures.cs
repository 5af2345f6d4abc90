namespace ModelServing.Contracts.Admin;

/// <summary>What the routers counted of a variant: the first attempts of requests that the rollout assigned to it. While the cache is
/// unavailable, these are those of the router that answers.</summary>
/// <param name="Requests">The number since the trial began, or since the variant has had this version.</param>
/// <param name="Periods">The last 1, 5 and 60 minutes.</param>
/// <param name="RequestsByMinute">The number in each of the last 60 minutes, the present one last.</param>
/// <param name="P95ByMinute">The 95th percentile of the latency in each of these minutes, in milliseconds; null without an answer.</param>
public sealed record VariantFigures(
    long Requests,
    IReadOnlyList<PeriodFigures> Periods,
    IReadOnlyList<long> RequestsByMinute,
    IReadOnlyList<double?> P95ByMinute);
