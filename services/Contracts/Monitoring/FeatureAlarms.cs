using static ModelServing.Contracts.Monitoring.ModelMetric;

namespace ModelServing.Contracts.Monitoring;

/// <summary>The alarms about the feature server, its views, and the inputs of models, on the metrics that ModelMetrics posts. None of them
/// leads to a rollback: all versions of a model get the same inputs.</summary>
/// <remarks>To add an alarm: add it here, and a row in docs/operations.md.</remarks>
public static class FeatureAlarms
{
    private const string ByEnvironment = $".groupBy({ModelMetric.Environment})";

    private const string ByView = $".groupBy({View},{ModelMetric.Version})";

    public static IReadOnlyList<AlarmDefinition> All { get; } =
    [
        new()
        {
            Name = "feature-server-absent",
            Namespace = ModelMetric.Namespace,
            Query = $"{FeatureServerReporting}[1m]{ByEnvironment}.max() < 1",
            Pending = TimeSpan.FromMinutes(5),
            Severity = AlarmSeverity.Critical,
            Route = AlarmRoute.People,
            Text = "The feature server has not reported for five minutes. Events are refused, and features do not change. Check its pod " +
                "and its volume, and whether it reaches the cache.",
        },
        new()
        {
            Name = "feature-events-overdue",
            Namespace = ModelMetric.Namespace,
            Query = $"{FeatureEventsOverdueSeconds}[1m]{ByEnvironment}.max() > 300",
            Pending = TimeSpan.FromMinutes(5),
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "For five minutes, events have waited for the bucket for more than five minutes beyond features.shipAfter. A lost " +
                "volume would lose them. Look at the feature server's log.",
        },
        new()
        {
            Name = "feature-log-full",
            Namespace = ModelMetric.Namespace,
            Query = $"{FeatureLogShare}[1m]{ByEnvironment}.max() > 0.8",
            Severity = AlarmSeverity.Critical,
            Route = AlarmRoute.People,
            Text = "The event log has taken more than 80% of its space. Once it is full, events are refused. Usually the bucket does not " +
                "take segments, or a view can't read them: look at the feature server's log.",
        },
        new()
        {
            Name = "feature-view-unfilled",
            Namespace = ModelMetric.Namespace,
            Query = $"{FeatureViewFilled}[1m]{ByView}.max() < 1",
            Pending = TimeSpan.FromMinutes(15),
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "For fifteen minutes, the features of a view could not be read, so predictions have defaults. The view is being " +
                "filled from the event log, or its definition is not published. See the feature server's log.",
        },
        new()
        {
            Name = "feature-view-behind",
            Namespace = ModelMetric.Namespace,
            Query = $"{FeatureViewDelaySeconds}[1m]{ByView}.max() > 120",
            Pending = TimeSpan.FromMinutes(5),
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "For five minutes, events have been applied to a view more than two minutes late, so its features are old. Look at " +
                "the feature server's processor time and at the cache; raise featureServer.cpu.",
        },
        new()
        {
            Name = "feature-events-late",
            Namespace = ModelMetric.Namespace,
            Query = $"{FeatureEventsLate}[1m]{ByView}.mean() > 0.05 && {FeatureEventsLate}[1m]{ByView}.count() >= 100",
            Pending = TimeSpan.FromMinutes(10),
            Severity = AlarmSeverity.Warning,
            Route = AlarmRoute.People,
            Text = "For ten minutes, more than 5% of a view's events were older than its lateness allows, and were not applied. Their " +
                "source is late, or its clock is wrong.",
        },
        new()
        {
            Name = "feature-skew",
            Namespace = ModelMetric.Namespace,
            Query = $"{FeaturePsi}[5m].groupBy({Model},{ModelMetric.Version}).max() > 0.25",
            Pending = TimeSpan.FromMinutes(10),
            Severity = AlarmSeverity.Warning,
            Route = AlarmRoute.People,
            Text = "For ten minutes, an input of a version has had another distribution than in its training, so its predictions may be " +
                "wrong. Nothing is rolled back. ms features skew shows which input it is.",
        },
    ];
}
