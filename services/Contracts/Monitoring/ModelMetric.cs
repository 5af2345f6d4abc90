namespace ModelServing.Contracts.Monitoring;

/// <summary>
/// The metrics of models in OCI Monitoring, which ModelMetrics posts once a minute and alarms query: names and dimensions. The metrics of a
/// single process, for Prometheus, are in <see cref="MetricNames"/>.
/// </summary>
/// <remarks>
/// Every stream of a version's requests has the dimensions <see cref="Model"/>, <see cref="Version"/>, <see cref="Variant"/>,
/// <see cref="Trial"/> and <see cref="Watched"/>. Requests that bypassed the router, or named the version themselves, are in no stream. A
/// request with a fault of its own (a status from 400 to 499) does not tell about the version, and is only in <see cref="Requests"/> and
/// <see cref="Share"/>. A datapoint's <c>count</c> is its weight: posting 1 for 3 failed requests and 0 for 97 others gives a mean of 0.03
/// and a count of 100.
/// </remarks>
public static class ModelMetric
{
    public const string Namespace = "modelserving";

    /// <summary>The number of requests in the minute.</summary>
    public const string Requests = "Requests";

    /// <summary>1 for each request that ended with a status of 500 or above, 0 for each that was answered.</summary>
    public const string Failure = "Failure";

    /// <summary>1 for each answer with NaN or infinity in an output, 0 for each other answer.</summary>
    public const string NonFinite = "NonFinite";

    /// <summary>The share of requests that the version failed and stable answered well, minus stable's own share of failed requests in the
    /// same minute (from -1 to 1), for each request. The failures of any one client are left out, unless it sends nearly all of the model's
    /// requests. Not for stable, and only if both have 30 requests in the minute.</summary>
    public const string FailureExcess = "FailureExcess";

    /// <summary>As <see cref="FailureExcess"/>, for answers with NaN or infinity in an output.</summary>
    public const string NonFiniteExcess = "NonFiniteExcess";

    /// <summary>Half of the requests took at most this long, in milliseconds.</summary>
    public const string LatencyP50 = "LatencyP50";

    /// <summary>95% of the requests took at most this long, in milliseconds.</summary>
    public const string LatencyP95 = "LatencyP95";

    /// <summary>99% of the requests took at most this long, in milliseconds.</summary>
    public const string LatencyP99 = "LatencyP99";

    /// <summary><see cref="LatencyP95"/> divided by stable's of the same minute, for each request. Not for stable, and only if both have 30
    /// requests in the minute; stable's counts as at least 1 ms.</summary>
    public const string LatencyRatio = "LatencyRatio";

    /// <summary>The share of the model's requests, from 0 to 1.</summary>
    public const string Share = "Share";

    /// <summary>The number of processes of the version that reported for the minute, for each variant and trial that it had in the last ten
    /// minutes. 0 if none did, because missing data is a fact too; not posted if all have reported that they stop.</summary>
    public const string Reporting = "Reporting";

    /// <summary>The records of predictions that the store does not have yet, of all processes of the version. They are lost if their nodes
    /// are. By <see cref="Model"/> and <see cref="Version"/>, like the other three about the prediction log.</summary>
    public const string PredictionBacklog = "PredictionBacklog";

    /// <summary>The age in seconds of the oldest of those records.</summary>
    public const string PredictionBacklogSeconds = "PredictionBacklogSeconds";

    /// <summary>The records that are set aside on the pods' disks, because the store rejects them.</summary>
    public const string PredictionsAside = "PredictionsAside";

    /// <summary>The records that were lost in the minute.</summary>
    public const string PredictionsLost = "PredictionsLost";

    /// <summary>The largest PSI of an input of the version: how far its values of about the last hour are from those of training. Posted
    /// if an input has 1,000 values on both sides. By <see cref="Model"/> and <see cref="Version"/>.</summary>
    public const string FeaturePsi = "FeaturePsi";

    /// <summary>1 if the feature server reported in the minute; 0 for some minutes after it stopped without saying so. By
    /// <see cref="Environment"/> alone, like the other three about the event log.</summary>
    public const string FeatureServerReporting = "FeatureServerReporting";

    /// <summary>The events that the object store does not have yet. They are lost if the feature server's volume is.</summary>
    public const string FeatureEventsUnshipped = "FeatureEventsUnshipped";

    /// <summary>For how many seconds the oldest of those events should have been shipped.</summary>
    public const string FeatureEventsOverdueSeconds = "FeatureEventsOverdueSeconds";

    /// <summary>The part of the event log's space on the volume that is taken, from 0 to 1.</summary>
    public const string FeatureLogShare = "FeatureLogShare";

    /// <summary>1 if a feature view is filled, so that its features can be read, else 0. By <see cref="View"/> and
    /// <see cref="Version"/>, like the other two about views.</summary>
    public const string FeatureViewFilled = "FeatureViewFilled";

    /// <summary>The age in seconds of the oldest event that is not applied to a filled view.</summary>
    public const string FeatureViewDelaySeconds = "FeatureViewDelaySeconds";

    /// <summary>1 for each event that was older than the view's lateness allows, and so was not applied; 0 for each other event that the
    /// view uses.</summary>
    public const string FeatureEventsLate = "FeatureEventsLate";

    /// <summary>1 while the plan's rollout of the model is refused, else 0. By <see cref="Model"/> alone.</summary>
    public const string RefusedRollout = "RefusedRollout";

    /// <summary>1 for each minute that was posted, by <see cref="Environment"/> alone. Its absence shows that ModelMetrics does not
    /// run.</summary>
    public const string Heartbeat = "Heartbeat";

    /// <summary>Dimension: the model's name.</summary>
    public const string Model = "model";

    /// <summary>Dimension: the version's number.</summary>
    public const string Version = "version";

    /// <summary>Dimension: the feature view's name.</summary>
    public const string View = "view";

    /// <summary>Dimension: the variant; <see cref="StableVariant"/> for every stable version.</summary>
    public const string Variant = "variant";

    /// <summary>Dimension: the number of the version's trial.</summary>
    public const string Trial = "trial";

    /// <summary>Dimension: <see cref="IsWatched"/> for a variant beside stable, <see cref="IsNotWatched"/> for stable. Alarms use it to
    /// exclude stable: the query language documents equality and fuzzy matching, but no inequality.</summary>
    public const string Watched = "watched";

    /// <summary>The value of <see cref="Watched"/> for variants that an alarm can condemn.</summary>
    public const string IsWatched = "true";

    /// <summary>The value of <see cref="Watched"/> for stable.</summary>
    public const string IsNotWatched = "false";

    /// <summary>Dimension: the environment's name.</summary>
    public const string Environment = "environment";

    /// <summary>The variant of stable's streams.</summary>
    public const string StableVariant = "stable";
}
