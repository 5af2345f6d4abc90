using static ModelServing.Contracts.Monitoring.ModelMetric;

namespace ModelServing.Contracts.Monitoring;

/// <summary>The alarms on the metrics that ModelMetrics posts: about models here, and about features in
/// <see cref="FeatureAlarms"/>.</summary>
/// <remarks>Every alarm that leads to a rollback requires a minimum number of requests in its window, so that a handful of them cannot
/// condemn a version, and compares with stable on evidence that no caller can produce alone. An alarm without such evidence notifies
/// people. To add an alarm: add it here, and a row in docs/operations.md.</remarks>
public static class ModelAlarms
{
    /// <summary>How long Monitoring waits for late datapoints before it evaluates a minute: its minimum, and its default.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromMinutes(3);

    private const string ByVersion = $".groupBy({Model},{ModelMetric.Version},{Variant},{Trial})";

    private const string NotOfStable = $"{{{Watched} = \"{IsWatched}\"}}";

    public static IReadOnlyList<AlarmDefinition> All { get; } =
    [
        new()
        {
            Name = "failure-rate",
            Namespace = ModelMetric.Namespace,
            Query = With(FailureExcess, "mean() > 0.1", atLeast: 30),
            Severity = AlarmSeverity.Critical,
            Route = AlarmRoute.Rollback,
            Text = "A version failed more than 10% of its requests, and stable answered them. It is rolled back; ms status shows the " +
                "result.",
        },
        new()
        {
            Name = "failure-excess",
            Namespace = ModelMetric.Namespace,
            Query = With(FailureExcess, "mean() > 0.05", atLeast: 100),
            Pending = TimeSpan.FromMinutes(2),
            Severity = AlarmSeverity.Critical,
            Route = AlarmRoute.Rollback,
            Text = "For two minutes, a version failed more than 5% of its requests, and stable answered them. It is rolled back; ms " +
                "status shows the result.",
        },
        new()
        {
            Name = "non-finite",
            Namespace = ModelMetric.Namespace,
            Query = With(NonFiniteExcess, "mean() > 0.05", atLeast: 30),
            Severity = AlarmSeverity.Critical,
            Route = AlarmRoute.Rollback,
            Text = "More than 5% of a version's answers contain NaN or infinity, and stable's do not. It is rolled back; ms status " +
                "shows the " +
                "result.",
        },
        new()
        {
            Name = "failures",
            Namespace = ModelMetric.Namespace,
            Query = With(Failure, "mean() > 0.1", atLeast: 30),
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "More than 10% of a version's requests failed. Nothing is rolled back: the requests may be at fault. See ms status " +
                "and the version's log.",
        },
        new()
        {
            Name = "latency",
            Namespace = ModelMetric.Namespace,
            Query = With(LatencyRatio, "mean() > 3", atLeast: 100),
            Pending = TimeSpan.FromMinutes(3),
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "For three minutes, a version's 95th percentile of latency is three times stable's. Nothing is rolled back: the " +
                "requests " +
                "may differ. See ms status.",
        },
        new()
        {
            Name = "not-reporting",
            Namespace = ModelMetric.Namespace,
            Query = $"{Reporting}[1m]{ByVersion}.max() < 1",
            Pending = TimeSpan.FromMinutes(5),
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "No process of a version has reported for five minutes. Check whether its pods run, and whether they reach the cache.",
        },
        new()
        {
            Name = "refused-rollout",
            Namespace = ModelMetric.Namespace,
            Query = $"{RefusedRollout}[1m].groupBy({Model}).max() > 0",
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "The plan names a condemned version as stable, so the model's last good rollout stays. Change the stack file, or " +
                "ms reset.",
        },
        new()
        {
            Name = "prediction-backlog",
            Namespace = ModelMetric.Namespace,
            Query = $"{PredictionBacklogSeconds}[1m].groupBy({Model},{ModelMetric.Version}).max() > 120",
            Pending = TimeSpan.FromMinutes(5),
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "For five minutes, a version's oldest prediction record has waited for its table for more than two minutes. The " +
                "records are on the pods' disks, and are lost with their nodes. Raise predictionStore.writeUnits, or look at the " +
                "version's log.",
        },
        new()
        {
            Name = "predictions-aside",
            Namespace = ModelMetric.Namespace,
            Query = $"{PredictionsAside}[1m].groupBy({Model},{ModelMetric.Version}).max() > 0",
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "The table does not take some prediction records. They lie aside on a pod's disk, and are lost with the pod. Copy " +
                "them, and read the reasons beside them.",
        },
        new()
        {
            Name = "predictions-lost",
            Namespace = ModelMetric.Namespace,
            Query = $"{PredictionsLost}[1m].groupBy({Model},{ModelMetric.Version}).max() > 0",
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "Predictions were answered whose records are lost, because a spool is full or its disk fails. Look at the " +
                "version's log.",
        },
        new()
        {
            Name = "model-metrics-absent",
            Namespace = ModelMetric.Namespace,
            // Three days, the longest time that Monitoring offers. After it, the alarm ends although the metric is still absent.
            Query = $"{Heartbeat}[10m].groupBy({ModelMetric.Environment}).absent(3d)",
            Severity = AlarmSeverity.Critical,
            Route = AlarmRoute.People,
            Text = "ModelMetrics has posted nothing for ten minutes, so no alarm about a model can fire. Check its CronJob and the " +
                "function's log.",
        },
        .. FeatureAlarms.All,
    ];

    // Both sides must be grouped alike to be joined by stream.
    private static string With(string metric, string condition, int atLeast) =>
        $"{metric}[1m]{NotOfStable}{ByVersion}.{condition} && {metric}[1m]{NotOfStable}{ByVersion}.count() >= {atLeast}";
}
