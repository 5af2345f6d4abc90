namespace ModelServing.Contracts;

/// <summary>Names, units and dimensions of the programs' metrics. The Prometheus name adds the unit and <c>_total</c>.</summary>
public static class MetricNames
{
    /// <summary>The meter of all programs.</summary>
    public const string Meter = "ModelServing";

    /// <summary>Router, histogram in seconds: from a request's head to the last byte of its answer. Its count is the number of
    /// requests.</summary>
    public const string RouterRequestDuration = "modelserving.router.request.duration";

    /// <summary>Router, counter: requests that ended with a status of 500 or above, by <see cref="Reason"/>.</summary>
    public const string RouterErrors = "modelserving.router.errors";

    /// <summary>Router, counter: requests without a variant (unknown path, model or version, wrong method, no plan), or that were not
    /// admitted (no accepted credential, insufficient role, over the limit), by <see cref="Reason"/>. No other metric counts them. None
    /// counts by client, because the number of clients with tokens, and so of series, is unlimited.</summary>
    public const string RouterRefusedRequests = "modelserving.router.refused.requests";

    /// <summary>Router, counter: failed fetches of the keys for tokens. The last good keys stay in use.</summary>
    public const string RouterFailedKeyFetches = "modelserving.router.failed.key.fetches";

    /// <summary>Router, counter: plans, endpoints files and clients documents that could not be used. The last good one stays in
    /// use.</summary>
    public const string RouterRefusedDocuments = "modelserving.router.refused.documents";

    /// <summary>Router, counter: failed lookups of a version's name, by model and version. Its last good addresses stay in use.</summary>
    public const string RouterFailedLookups = "modelserving.router.failed.lookups";

    /// <summary>Router, counter: times that the watch of the plan failed, or failed for a new reason, by <see cref="Reason"/>. The last
    /// good plan stays in use.</summary>
    public const string RouterPlanInterruptions = "modelserving.router.plan.interruptions";

    /// <summary>Router, counter: first attempts of requests that a rollout with more than one variant assigned, by model, version, variant
    /// and <see cref="Outcome"/>.</summary>
    public const string RouterAttempts = "modelserving.router.attempts";

    /// <summary>Router, counter: requests that were retried on stable after another variant failed, by that variant and
    /// <see cref="Reason"/>.</summary>
    public const string RouterRetries = "modelserving.router.retries";

    /// <summary>Router, counter: failures that the caller got because the retry budget was exhausted, by variant and
    /// <see cref="Reason"/>.</summary>
    public const string RouterRefusedRetries = "modelserving.router.refused.retries";

    /// <summary>Router, counter: endpoints that were ejected after consecutive failures, by model and version.</summary>
    public const string RouterEjections = "modelserving.router.ejections";

    /// <summary>Router, gauge: endpoints, by model, version and <see cref="State"/>.</summary>
    public const string RouterEndpoints = "modelserving.router.endpoints";

    /// <summary>Router, counter: versions that this router condemned, by model, version and <see cref="Reason"/>.</summary>
    public const string RouterRollbacks = "modelserving.router.rollbacks";

    /// <summary>Router, counter: times that the journal could not be read or written.</summary>
    public const string RouterJournalFailures = "modelserving.router.journal.failures";

    /// <summary>Router, counter: failed first attempts that the guard dropped because its queue was full; they are not evidence.</summary>
    public const string RouterUncountedFailures = "modelserving.router.uncounted.failures";

    /// <summary>Router, gauge: 1 for a condemned version, by model and version.</summary>
    public const string RouterCondemned = "modelserving.router.condemned";

    /// <summary>Router, gauge: 1 for a model whose plan is refused because its stable version is condemned, 0 for one whose plan is served.
    /// If it is refused, the last good rollout is served, or none. By model.</summary>
    public const string RouterSlowLimit = "modelserving.router.slow.limit";
    public const string RouterRolloutRefused = "modelserving.router.rollout.refused";

    /// <summary>Router, counter: outcomes that clients posted and that are stored.</summary>
    public const string RouterOutcomes = "modelserving.router.outcomes";

    /// <summary>Router, counter: posts of outcomes that were answered with a status of 500 or above, by <see cref="Reason"/>.</summary>
    public const string RouterFailedOutcomePosts = "modelserving.router.failed.outcome.posts";

    /// <summary>Inference, histogram in seconds: from a request's head to the last byte of its answer.</summary>
    public const string InferenceRequestDuration = "modelserving.inference.request.duration";

    /// <summary>Inference, histogram in seconds: one call of the model.</summary>
    public const string InferenceModelDuration = "modelserving.inference.model.duration";

    /// <summary>Inference, histogram in seconds: from the first read of a version's artifact until its model is open and warm.</summary>
    public const string InferenceLoadDuration = "modelserving.inference.load.duration";

    /// <summary>Inference, histogram in seconds: the last part of that: the model's first calls, which no request waits for.</summary>
    public const string InferenceWarmUpDuration = "modelserving.inference.warm.up.duration";

    /// <summary>Inference, histogram: the rows of one call of the model, of one request or of several.</summary>
    public const string InferenceBatchRows = "modelserving.inference.batch.rows";

    /// <summary>Inference, counter: calls of the model for several requests that failed or took too long, so that each request was run
    /// alone.</summary>
    public const string InferenceFailedBatches = "modelserving.inference.batch.failures";

    /// <summary>Inference, histogram in seconds: how long a request waited for its turn at the model.</summary>
    public const string InferenceQueueDuration = "modelserving.inference.queue.duration";

    /// <summary>Inference, counter: rows whose features were read, by model, version, <see cref="View"/> and
    /// <see cref="Status"/>.</summary>
    public const string InferenceFeatures = "modelserving.inference.features";

    /// <summary>Inference, up-down counter: requests that wait for the model.</summary>
    public const string InferenceQueueLength = "modelserving.inference.queue.length";

    /// <summary>Inference, up-down counter: versions of a pool whose model is open.</summary>
    public const string InferenceOpenModels = "modelserving.inference.open.models";

    /// <summary>Inference, up-down counter in bytes: the memory that the open models of a pool take, as far as it is known.</summary>
    public const string InferenceOpenBytes = "modelserving.inference.open.bytes";

    /// <summary>Inference, up-down counter: versions of a pool that are not opened, because a process crashed while they ran, by model and
    /// version.</summary>
    public const string InferenceCulprits = "modelserving.inference.culprits";

    /// <summary>Inference, counter: models of a pool that were closed to make room for others, by model and version. The next request for
    /// one opens it again.</summary>
    public const string InferenceClosedModels = "modelserving.inference.closed.models";

    /// <summary>Inference, counter: requests that were not reported to ModelMetrics, by model, version and <see cref="Reason"/>: the cache
    /// was unavailable for too long (<c>cache-unavailable</c>), or there were more variants and trials than are counted apart
    /// (<c>no-room</c>).</summary>
    public const string InferenceUnreportedRequests = "modelserving.inference.unreported.requests";

    /// <summary>Inference and router, counter: prediction records that the spool took.</summary>
    public const string PredictionsRecorded = "modelserving.predictions.recorded";

    /// <summary>Inference and router, counter: prediction records that the store took, with those of processes that have ended.</summary>
    public const string PredictionsShipped = "modelserving.predictions.shipped";

    /// <summary>Inference and router, counter: prediction records that are not in the log, by <see cref="Reason"/>: the spool was full
    /// (<c>full</c>), the disk was full or failed (<c>disk</c>), a part of the spool was damaged (<c>damaged</c>), the store does not take
    /// a record and there was no room to set it aside (<c>no-room-aside</c>), or the program failed to write it
    /// (<c>unwritten</c>).</summary>
    public const string PredictionsLost = "modelserving.predictions.lost";

    /// <summary>Inference and router, gauge: records and damaged parts of spools that are set aside because the store rejects
    /// them.</summary>
    public const string PredictionsAside = "modelserving.predictions.aside";

    /// <summary>Inference and router, gauge: the prediction records of this process that the store does not have yet. A lost node loses at
    /// most these.</summary>
    public const string PredictionsBacklog = "modelserving.predictions.backlog";

    /// <summary>Inference and router, gauge in seconds: the age of the oldest prediction record on its way to the store.</summary>
    public const string PredictionsBacklogAge = "modelserving.predictions.backlog.age";

    /// <summary>Inference and router, gauge in bytes: this process's spool on the disk.</summary>
    public const string PredictionsSpool = "modelserving.predictions.spool";

    /// <summary>Inference and router, counter: calls of the store of predictions that failed, by <see cref="Reason"/>: <c>throttled</c> or
    /// <c>unavailable</c>.</summary>
    public const string PredictionsStoreFailures = "modelserving.predictions.store.failures";

    /// <summary>Inference and router, counter in bytes: the tails of records that a killed process did not finish.</summary>
    public const string PredictionsTorn = "modelserving.predictions.torn";

    /// <summary>Inference and router, counter: times that the clock was set back by more than a second.</summary>
    public const string PredictionsClockSetBack = "modelserving.predictions.clock.set.back";

    /// <summary>Inference and router, counter: tensors that were too large for their record, by <see cref="Kept"/>: <c>object</c> if their
    /// data are in the object store, <c>digest</c> if only their digest was kept.</summary>
    public const string PredictionsLargeTensors = "modelserving.predictions.large.tensors";

    /// <summary>Feature server, counter: events that are in the event log.</summary>
    public const string FeaturesAccepted = "modelserving.features.events.accepted";

    /// <summary>Feature server, counter: posts of events that were refused, by <see cref="Reason"/>.</summary>
    public const string FeaturesRefused = "modelserving.features.posts.refused";

    /// <summary>Feature server, counter: clients documents that could not be used (<c>document</c>), and token keys that could not be
    /// fetched (<c>keys</c>), by <see cref="Reason"/>.</summary>
    public const string FeaturesClientFaults = "modelserving.features.client.faults";

    /// <summary>Feature server, gauge: the events that the object store does not have yet. A lost volume loses at most these.</summary>
    public const string FeaturesUnshipped = "modelserving.features.events.unshipped";

    /// <summary>Feature server, gauge in bytes: the event log's segments on the volume.</summary>
    public const string FeaturesLogBytes = "modelserving.features.log.bytes";

    /// <summary>Feature server, counter: events that a view was given, by <see cref="View"/>, <see cref="Version"/> and
    /// <see cref="Outcome"/>: <c>applied</c>, <c>already-applied</c>, <c>duplicate</c>, <c>late</c>, <c>other-source</c> or
    /// <c>unreadable</c>.</summary>
    public const string FeaturesApplied = "modelserving.features.events.applied";

    /// <summary>Feature server, gauge: the events of the log that are not applied yet, by <see cref="View"/> and
    /// <see cref="Version"/>.</summary>
    public const string FeaturesLag = "modelserving.features.lag";

    /// <summary>Feature server, gauge: 1 if a view is filled, so that its features can be read, and 0 if not, by <see cref="View"/> and
    /// <see cref="Version"/>.</summary>
    public const string FeaturesFilled = "modelserving.features.filled";

    /// <summary>Every host, gauge in bytes: what the requests in flight have taken of <see cref="HostMemoryBudget"/>.</summary>
    public const string HostMemoryReserved = "modelserving.host.memory.reserved";

    /// <summary>Every host, gauge in bytes: what the requests in flight may take together.</summary>
    public const string HostMemoryBudget = "modelserving.host.memory.budget";

    /// <summary>Every host, gauge: open connections of clients.</summary>
    public const string HostConnections = "modelserving.host.connections";

    /// <summary>Every host, counter: requests and connections that were refused or cut off to keep the process within its memory and its
    /// file handles, by <see cref="Reason"/>: <c>over-budget</c>, <c>answer-unread</c>, <c>too-many-connections</c> or
    /// <c>idle-connection</c>.</summary>
    public const string HostRefusals = "modelserving.host.refusals";

    /// <summary>A host with an access log, counter: attempts that are not in it, by <see cref="Reason"/>: <c>no-room</c> or
    /// <c>too-many-lines</c>.</summary>
    public const string HostAccessLost = "modelserving.host.access.lost";

    /// <summary>Dimension: the model's name.</summary>
    public const string Model = "model";

    /// <summary>Dimension: the feature view's name.</summary>
    public const string View = "view";

    /// <summary>Dimension: the version's number.</summary>
    public const string Version = "version";

    /// <summary>Dimension: the variant.</summary>
    public const string Variant = "variant";

    /// <summary>Dimension: the answer's status code.</summary>
    public const string Status = "status";

    /// <summary>Dimension: what was kept of a large tensor, <c>object</c> or <c>digest</c>.</summary>
    public const string Kept = "kept";

    /// <summary>Dimension: why a request failed.</summary>
    public const string Reason = "reason";

    /// <summary>Dimension: how an attempt ended: <c>success</c>, <c>non-finite</c>, <c>client-error</c>, <c>error</c>,
    /// <c>connection-lost</c> or <c>unreachable</c>.</summary>
    public const string Outcome = "outcome";

    /// <summary>Dimension: an endpoint's state, <c>ready</c>, <c>ejected</c> or <c>unreachable</c>.</summary>
    public const string State = "state";

    /// <summary>Dimension: the document that could not be used, <c>plan</c>, <c>endpoints</c> or <c>clients</c>.</summary>
    public const string Document = "document";

    /// <summary>The bounds of the latency histograms' buckets, in seconds: 0.5 ms to 10 s.</summary>
    public static IReadOnlyList<double> LatencyBounds { get; } =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>The bounds of the histograms' buckets of rows: powers of two, up to the largest batch.</summary>
    public static IReadOnlyList<long> RowBounds { get; } = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
}
