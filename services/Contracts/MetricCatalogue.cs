using static ModelServing.Contracts.MetricKind;
using static ModelServing.Contracts.MetricNames;

namespace ModelServing.Contracts;

/// <summary>All metrics of the processes, by the program that has them. Dashboards are generated from it. Those in OCI Monitoring are in
/// <see cref="Monitoring.ModelMetricCatalogue"/>.</summary>
/// <remarks>To add a metric: add its name to <see cref="MetricNames"/> and a line here, then run <c>./dev docs</c>.</remarks>
public static class MetricCatalogue
{
    /// <summary>The programs, in the order of a dashboard, and their metrics.</summary>
    public static IReadOnlyList<(string Program, IReadOnlyList<MetricDefinition> Metrics)> Programs { get; } =
    [
        ("Router",
        [
            new(RouterRequestDuration, Histogram, "s", "Requests: time to the last byte", Model, MetricNames.Version, Variant),
            new(RouterErrors, Counter, "{request}", "Answers of 500 and above", Model, Reason),
            new(RouterRefusedRequests, Counter, "{request}", "Requests without a variant, or not admitted", Reason),
            new(RouterAttempts, Counter, "{attempt}", "First attempts of rollouts", Model, MetricNames.Version, Variant, Outcome),
            new(RouterRetries, Counter, "{request}", "Requests that stable answered instead", Model, Variant, Reason),
            new(RouterRefusedRetries, Counter, "{request}", "Failures that used up the retry budget", Model, Variant, Reason),
            new(RouterEndpoints, Gauge, "{endpoint}", "Endpoints", Model, MetricNames.Version, State) { IsLargest = true },
            new(RouterEjections, Counter, "{ejection}", "Ejected endpoints", Model, MetricNames.Version),
            new(RouterRollbacks, Counter, "{rollback}", "Versions that routers condemned", Model, MetricNames.Version, Reason),
            new(RouterCondemned, Gauge, "{version}", "Condemned versions", Model, MetricNames.Version) { IsLargest = true },
            new(RouterRolloutRefused, Gauge, "{model}", "Refused rollouts", Model) { IsLargest = true },
            new(RouterSlowLimit, Gauge, "s", "The guard's limit of slow answers", Model) { IsLargest = true },
            new(RouterUncountedFailures, Counter, "{attempt}", "Failures that the guard dropped", Reason),
            new(RouterRefusedDocuments, Counter, "{document}", "Documents that could not be used", Document),
            new(RouterPlanInterruptions, Counter, "{interruption}", "Interrupted watches of the plan", Reason),
            new(RouterFailedLookups, Counter, "{lookup}", "Failed lookups of versions' names", Model, MetricNames.Version),
            new(RouterFailedKeyFetches, Counter, "{fetch}", "Failed fetches of token keys"),
            new(RouterJournalFailures, Counter, "{failure}", "Failures of the journal"),
            new(RouterOutcomes, Counter, "{outcome}", "Stored outcomes"),
            new(RouterFailedOutcomePosts, Counter, "{request}", "Failed posts of outcomes", Reason),
        ]),
        ("Inference",
        [
            new(InferenceRequestDuration, Histogram, "s", "Requests: time to the last byte", Model, MetricNames.Version),
            new(InferenceModelDuration, Histogram, "s", "Calls of the model", Model, MetricNames.Version),
            new(InferenceBatchRows, Histogram, "{row}", "Rows of a call of the model", Model, MetricNames.Version),
            new(InferenceFailedBatches, Counter, "{call}", "Calls that were repeated request by request", Model, MetricNames.Version),
            new(InferenceQueueDuration, Histogram, "s", "Requests: wait for the model", Model, MetricNames.Version),
            new(InferenceQueueLength, Gauge, "{request}", "Requests that wait for the model", Model, MetricNames.Version),
            new(InferenceLoadDuration, Histogram, "s", "Loads of a version", Model, MetricNames.Version),
            new(InferenceWarmUpDuration, Histogram, "s", "Loads of a version: first calls of the model", Model, MetricNames.Version),
            new(InferenceFeatures, Counter, "{row}", "Rows whose features were read", Model, View, Status),
            new(InferenceOpenModels, Gauge, "{model}", "Open models of a pool"),
            new(InferenceOpenBytes, Gauge, "By", "Memory of the open models of a pool"),
            new(InferenceCulprits, Gauge, "{version}", "Versions that made a pool crash", Model, MetricNames.Version) { IsLargest = true },
            new(InferenceClosedModels, Counter, "{model}", "Models that a pool closed", Model, MetricNames.Version),
            new(InferenceUnreportedRequests, Counter, "{request}", "Requests that ModelMetrics does not know", Model, Reason),
        ]),
        ("Prediction log",
        [
            new(PredictionsRecorded, Counter, "{record}", "Records that the spool took"),
            new(PredictionsShipped, Counter, "{record}", "Records that the store took"),
            new(PredictionsLost, Counter, "{record}", "Lost records", Reason),
            new(PredictionsAside, Gauge, "{record}", "Records that are set aside"),
            new(PredictionsBacklog, Gauge, "{record}", "Records that the store does not have yet"),
            new(PredictionsBacklogAge, Gauge, "s", "Age of the oldest of them") { IsLargest = true },
            new(PredictionsSpool, Gauge, "By", "Spools on disk"),
            new(PredictionsStoreFailures, Counter, "{call}", "Failed calls of the store", Reason),
            new(PredictionsTorn, Counter, "By", "Unfinished records of killed processes"),
            new(PredictionsClockSetBack, Counter, "{step}", "Times that the clock was set back"),
            new(PredictionsLargeTensors, Counter, "{tensor}", "Tensors too large for their record", Kept),
        ]),
        ("Feature server",
        [
            new(FeaturesAccepted, Counter, "{event}", "Events in the log"),
            new(FeaturesRefused, Counter, "{request}", "Refused posts of events", Reason),
            new(FeaturesClientFaults, Counter, "{fault}", "Unusable clients documents and token keys", Reason),
            new(FeaturesUnshipped, Gauge, "{event}", "Events that the bucket does not have yet"),
            new(FeaturesLogBytes, Gauge, "By", "The event log on the volume"),
            new(FeaturesApplied, Counter, "{event}", "Events that views were given", View, MetricNames.Version, Outcome),
            new(FeaturesLag, Gauge, "{event}", "Events that are not applied yet", View, MetricNames.Version),
            new(FeaturesFilled, Gauge, "1", "Filled views", View, MetricNames.Version) { IsLargest = true },
        ]),
        ("Every host",
        [
            new(HostMemoryReserved, Gauge, "By", "Memory that requests have taken"),
            new(HostMemoryBudget, Gauge, "By", "Memory that requests may take"),
            new(HostConnections, Gauge, "{connection}", "Open connections"),
            new(HostRefusals, Counter, "{refusal}", "Refusals that protect memory and file handles", Reason),
            new(HostAccessLost, Counter, "{attempt}", "Attempts that are not in the access log", Reason),
        ]),
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } = [.. Programs.SelectMany(static program => program.Metrics)];

    // A router names at most 400 versions in its life, each with a few variants and a dozen statuses or reasons.
    private const int MaxSeries = 20_000;

    private static readonly HashSet<string> OfModels =
        [.. Programs[0].Metrics.Where(static metric => metric.Dimensions.Contains(Model)).Select(static metric => metric.Name)];

    /// <summary>The number of series that a meter must have room for, so that it drops none; null for a meter's usual 2,000. Only the
    /// router's metrics are about more than one model.</summary>
    public static int? SeriesOf(string metric) => OfModels.Contains(metric) ? MaxSeries : null;
}
