namespace ModelServing.Contracts.Monitoring;

/// <summary>
/// The metrics of models in OCI Monitoring, as ModelMetrics posts them once a minute and alarms ask for them: names and dimensions.
/// What a single process counts for Prometheus is in <see cref="MetricNames"/>.
/// </summary>
/// <remarks>
/// Every stream of a version has the dimensions <see cref="Model"/>, <see cref="Version"/>, <see cref="Variant"/>,
/// <see cref="Trial"/> and <see cref="Watched"/>. Requests that came without a router, or named the version themselves, are in none. One that
/// was itself at fault (a status from 400 to 499) says nothing of the version: it is in <see cref="Requests"/> and <see cref="Share"/> only. A
/// datapoint's <c>count</c> is its weight: posting 1 for 3 failed requests and 0 for 97 others gives a mean of 0.03 and a count of 100.
/// </remarks>
public static class ModelMetric
{
    /// <summary>The namespace.</summary>
    public const string Namespace = "modelserving";

    /// <summary>The number of requests in the minute.</summary>
    public const string Requests = "Requests";

    /// <summary>1 for each request that ended with a status of 500 or above, 0 for each that was answered.</summary>
    public const string Failure = "Failure";

    /// <summary>1 for each answer with an output that holds NaN or infinity, 0 for each other answer.</summary>
    public const string NonFinite = "NonFinite";

    /// <summary>How far the share of failed requests is above stable's of the same minute (a difference, from -1 to 1), for each request.
    /// Not of stable, and only where either has 30 requests in the minute.</summary>
    public const string FailureExcess = "FailureExcess";

    /// <summary>Half of the requests took at most this long, in milliseconds.</summary>
    public const string LatencyP50 = "LatencyP50";

    /// <summary>95% of the requests took at most this long, in milliseconds.</summary>
    public const string LatencyP95 = "LatencyP95";

    /// <summary>99% of the requests took at most this long, in milliseconds.</summary>
    public const string LatencyP99 = "LatencyP99";

    /// <summary><see cref="LatencyP95"/> over stable's of the same minute (a ratio), for each request. Not of stable, and only where either
    /// has 30 requests in the minute; stable's counts as 1 ms at least.</summary>
    public const string LatencyRatio = "LatencyRatio";

    /// <summary>The share of the model's requests, from 0 to 1.</summary>
    public const string Share = "Share";

    /// <summary>How many processes of the version reported for the minute, for each variant and trial that it had in the last ten. 0 where
    /// none did, unless all had said that they leave: no data is a metric too.</summary>
    public const string Reporting = "Reporting";

    /// <summary>1 while the plan's rollout of the model is refused, else 0. By <see cref="Model"/> alone.</summary>
    public const string RefusedRollout = "RefusedRollout";

    /// <summary>1 for each minute that was posted, by <see cref="Environment"/> alone: its absence says that ModelMetrics does not run.</summary>
    public const string Heartbeat = "Heartbeat";

    /// <summary>Dimension: the model's name.</summary>
    public const string Model = "model";

    /// <summary>Dimension: the version's number.</summary>
    public const string Version = "version";

    /// <summary>Dimension: the variant; that of every stable version is <see cref="StableVariant"/>.</summary>
    public const string Variant = "variant";

    /// <summary>Dimension: the number of the version's trial.</summary>
    public const string Trial = "trial";

    /// <summary>Dimension: <see cref="IsWatched"/> for a variant beside stable, <see cref="IsNotWatched"/> for stable. It is there for
    /// alarms, which would have to say "not stable" otherwise: the query language documents equality and likeness, and no inequality.</summary>
    public const string Watched = "watched";

    /// <summary>The value of <see cref="Watched"/> of variants that an alarm may condemn.</summary>
    public const string IsWatched = "true";

    /// <summary>The value of <see cref="Watched"/> of stable.</summary>
    public const string IsNotWatched = "false";

    /// <summary>Dimension: the environment's name.</summary>
    public const string Environment = "environment";

    /// <summary>The variant of stable's streams.</summary>
    public const string StableVariant = "stable";
}
