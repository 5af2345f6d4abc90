using ModelServing.Contracts.Monitoring;

namespace ModelServing.Infra.Alarms;

/// <summary>The alarms about OCI's services that the platform depends on, on the metrics that these services post themselves. Each
/// environment has its own compartment, so no alarm names a resource.</summary>
/// <remarks>To add an alarm: add it here, with the page that documents its namespace, metric and dimensions, and add a row to
/// docs/operations.md.</remarks>
public static class PlatformAlarms
{
    // docs.oracle.com/iaas/Content/ocicache/metrics.htm: MemoryUtilization, in percent, for each node.
    private const string Cache = "oci_redis";

    // docs.oracle.com/en/cloud/paas/nosql-cloud/csnsd/oracle-nosql-database-cloud-service-metrics.html: dimensions resourceId and
    // tableName.
    private const string Tables = "oci_nosql";

    // The prediction log slows down when it is throttled, so only the journal's throttles are alarming.
    private const string OfJournal = "{tableName =~ \"*_journal\"}";
    private const string OfPredictions = "{tableName =~ \"*_predictions|*_outcomes\"}";

    // docs.oracle.com/iaas/Content/Functions/Reference/functionsmetrics.htm: responseType is Success, Error or Throttled.
    private const string Functions = "oci_faas";

    // docs.oracle.com/iaas/Content/ContEng/Reference/contengmetrics.htm has the namespace; the metric's name comes from other users.
    private const string Cluster = "oci_oke";

    // docs.oracle.com/iaas/Content/APIGateway/Reference/apigatewaymetrics.htm has the namespace and dimensions; the metric's name comes
    // from other users.
    private const string Gateway = "oci_apigateway";

    public static IReadOnlyList<AlarmDefinition> All { get; } =
    [
        new()
        {
            Name = "cache-memory",
            Namespace = Cache,
            Query = "MemoryUtilization[1m].max() > 85",
            Pending = TimeSpan.FromMinutes(5),
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "A node of the cache uses more than 85% of its memory. A full cache refuses writes: each guard then counts alone, and "
                + "ModelMetrics sees nothing. Raise cache.memoryInGbs.",
        },
        new()
        {
            Name = "journal-reads-throttled",
            Namespace = Tables,
            Query = $"ReadThrottleCount[1m]{OfJournal}.sum() > 0",
            Pending = TimeSpan.FromMinutes(3),
            Severity = AlarmSeverity.Warning,
            Route = AlarmRoute.People,
            Text = "Reads of the journal are throttled, so routers may learn of a rollback late. Raise journal.readUnits.",
        },
        new()
        {
            Name = "journal-writes-throttled",
            Namespace = Tables,
            Query = $"WriteThrottleCount[1m]{OfJournal}.sum() > 0",
            Pending = TimeSpan.FromMinutes(3),
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "Writes to the journal are throttled, so a rollback may be recorded late. Raise journal.writeUnits.",
        },
        new()
        {
            Name = "journal-full",
            Namespace = Tables,
            Query = $"StorageThrottleCount[1m]{OfJournal}.sum() > 0",
            Severity = AlarmSeverity.Critical,
            Route = AlarmRoute.People,
            Text = "The journal's table is full, so no rollback can be recorded. Raise journal.storageInGbs.",
        },
        new()
        {
            Name = "predictions-full",
            Namespace = Tables,
            Query = $"StorageThrottleCount[1m]{OfPredictions}.sum() > 0",
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "The table of predictions or of outcomes is full, so records wait on the pods' disks, and outcomes are refused. Raise "
                + "predictionStore.storageInGbs or outcomeStorageInGbs, or lower predictions.retentionDays.",
        },
        new()
        {
            Name = "function-errors",
            Namespace = Functions,
            Query = "FunctionResponseCount[1m]{responseType = \"Error\"}.sum() > 0",
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "A call of a function failed and may not be repeated. If it was a call of Rollback, ModelMetrics repeats it within a "
                + "minute or two; the caller of TrafficSplitter saw it, and splitter-errors fires if it goes on. Look at the function's "
                + "log.",
        },
        new()
        {
            Name = "function-throttles",
            Namespace = Functions,
            Query = "FunctionResponseCount[1m]{responseType = \"Throttled\"}.sum() > 0",
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "A call of a function was refused (429): the tenancy's concurrency limit in this region is used up. Have the limit "
                + "raised, or keep Rollback ready with functions.provisionedConcurrency.",
        },
        new()
        {
            Name = "unschedulable-pods",
            Namespace = Cluster,
            Query = "UnschedulablePods[1m].max() > 0",
            Pending = TimeSpan.FromMinutes(10),
            Severity = AlarmSeverity.Error,
            Route = AlarmRoute.People,
            Text = "Pods have found no node for ten minutes: the node pool is at cluster.nodes.max, nodes are not ready, or the autoscaler "
                + "cannot add any. Look at kubectl get nodes and at the pods' events.",
        },
        new()
        {
            Name = "gateway-errors",
            Namespace = Gateway,
            Query = "HttpResponses[1m]{httpStatusCategory = \"5xx\"}.grouping().sum() > 20",
            Pending = TimeSpan.FromMinutes(5),
            Severity = AlarmSeverity.Critical,
            Route = AlarmRoute.People,
            Text = "Callers have received more than 20 answers with 5xx a minute for five minutes. Look at the gateway's execution log, "
                + "then at ms status: a stable version is failing, or nothing answers.",
        },
    ];
}
