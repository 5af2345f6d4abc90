using static ModelServing.Contracts.Monitoring.ModelMetric;

namespace ModelServing.Contracts.Monitoring;

/// <summary>All metrics that ModelMetrics posts to OCI Monitoring. Dashboards are generated from it.</summary>
/// <remarks>To add a metric: add its name to <see cref="ModelMetric"/> and a line here, then run <c>./dev docs</c>.</remarks>
public static class ModelMetricCatalogue
{
    /// <summary>The most models whose figures ModelMetrics posts: of as many, the calls of a minute fit into the 50 a second that
    /// Monitoring takes from a tenancy.</summary>
    public const int MaxModels = 2000;

    private const string Number = ModelMetric.Version;

    public static IReadOnlyList<MonitoredMetric> All { get; } =
    [
        new(Requests, "sum", "Requests", Model, Number, Variant),
        new(Share, "mean", "Share of the model's requests", Model, Number, Variant),
        new(Failure, "mean", "Failed requests, from 0 to 1", Model, Number, Variant),
        new(NonFinite, "mean", "Answers with NaN or infinity, from 0 to 1", Model, Number, Variant),
        new(FailureExcess, "mean", "Failures beyond stable's, from -1 to 1", Model, Number, Variant),
        new(NonFiniteExcess, "mean", "NaN and infinity beyond stable's", Model, Number, Variant),
        new(LatencyP50, "max", "Latency p50 in ms", Model, Number, Variant),
        new(LatencyP95, "max", "Latency p95 in ms", Model, Number, Variant),
        new(LatencyP99, "max", "Latency p99 in ms", Model, Number, Variant),
        new(LatencyRatio, "mean", "Latency p95 divided by stable's", Model, Number, Variant),
        new(Reporting, "max", "Processes that report", Model, Number, Variant),
        new(RefusedRollout, "max", "Refused rollouts", Model),
        new(PredictionBacklog, "max", "Prediction records on their way", Model, Number),
        new(PredictionBacklogSeconds, "max", "Age of the oldest record in seconds", Model, Number),
        new(PredictionsAside, "max", "Prediction records that lie aside", Model, Number),
        new(PredictionsLost, "sum", "Lost prediction records", Model, Number),
        new(FeaturePsi, "max", "Drift of inputs (PSI)", Model, Number),
        new(FeatureServerReporting, "max", "Feature server reports", ModelMetric.Environment),
        new(FeatureEventsUnshipped, "max", "Events that the bucket does not have", ModelMetric.Environment),
        new(FeatureEventsOverdueSeconds, "max", "Overdue events, in seconds", ModelMetric.Environment),
        new(FeatureLogShare, "max", "Event log's share of its volume", ModelMetric.Environment),
        new(FeatureViewFilled, "max", "Filled views", View, Number),
        new(FeatureViewDelaySeconds, "max", "Delay of views in seconds", View, Number),
        new(FeatureEventsLate, "mean", "Events that were too late, from 0 to 1", View, Number),
        new(Heartbeat, "count", "Posts of ModelMetrics", ModelMetric.Environment),
    ];
}
