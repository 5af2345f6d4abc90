using System.Text.Json.Nodes;
using ModelServing.Contracts.Monitoring;

namespace ModelServing.Cli.Dashboards;

/// <summary>
/// The dashboard of the models' metrics in OCI Monitoring, in the form that <c>oci management-dashboard dashboard import</c> reads. It is
/// generated from <see cref="ModelMetricCatalogue"/>.
/// </summary>
/// <remarks>The members of a tile that OCI's SDK does not describe are those of Oracle's own dashboard of Kubernetes metrics, in
/// oracle-quickstart/oci-kubernetes-monitoring.</remarks>
internal static class OciDashboard
{
    /// <summary>What a person replaces by the OCID of the environment's compartment.</summary>
    internal const string Compartment = "COMPARTMENT-OCID";

    // The console's chart of a query to Monitoring.
    private const string Widget = "OOBSS-management-dashboard-123";
    private const int Width = 6;
    private const int Height = 3;

    internal static JsonObject Make() => new() { ["dashboards"] = new JsonArray(Dashboard()) };

    private static JsonObject Dashboard() => new()
    {
        ["dashboardId"] = "DASHBOARD-OCID",
        ["displayName"] = "ModelServing models",
        ["description"] = "The models of one environment, on the metrics in OCI Monitoring",
        ["compartmentId"] = Compartment,
        ["providerId"] = "log-analytics",
        ["providerName"] = "Logging Analytics",
        ["providerVersion"] = "3.0.0",
        ["isOobDashboard"] = false,
        ["isShowInHome"] = false,
        ["isShowDescription"] = true,
        ["isFavorite"] = false,
        ["metadataVersion"] = "2.0",
        ["screenImage"] = "todo: provide value[mandatory]",
        ["type"] = "normal",
        ["nls"] = new JsonObject(),
        ["uiConfig"] = new JsonObject { ["isFilteringEnabled"] = false, ["isRefreshEnabled"] = true, ["isTimeRangeEnabled"] = true },
        ["dataConfig"] = new JsonArray(),
        ["savedSearches"] = new JsonArray(),
        ["drilldownConfig"] = new JsonArray(),
        ["parametersConfig"] = new JsonArray(
            new JsonObject
            {
                ["displayName"] = "Compartment",
                ["localStorageKey"] = "compartmentId",
                ["name"] = "compartmentId",
                ["parametersMap"] = new JsonObject { ["isActiveCompartment"] = "true", ["isStoreInLocalStorage"] = false },
                ["savedSearchId"] = "OOBSS-management-dashboard-compartment-filter",
                ["state"] = "DEFAULT",
            },
            new JsonObject { ["name"] = "time", ["src"] = "$(context.time)" }),
        ["tiles"] = new JsonArray([.. ModelMetricCatalogue.All.Select(static (metric, index) => Tile(metric, index))]),
        ["freeformTags"] = new JsonObject { ["project"] = "modelserving" },
        ["definedTags"] = new JsonObject(),
    };

    private static JsonObject Tile(MonitoredMetric metric, int index)
    {
        var source = $"{ModelMetric.Namespace}/{metric.Name}";
        // The last one tells most: the variant of a version, the version of a view.
        var series = $"dimensions.{metric.Dimensions[^1]}";
        return new JsonObject
        {
            ["displayName"] = metric.Title,
            ["savedSearchId"] = Widget,
            ["row"] = index / 2 * Height,
            ["column"] = index % 2 * Width,
            ["height"] = Height,
            ["width"] = Width,
            ["nls"] = new JsonObject(),
            ["uiConfig"] = new JsonObject
            {
                ["internalKey"] = Widget,
                ["defaultDataSource"] = source,
                ["chartInfo"] = new JsonObject
                {
                    ["colorBy"] = series,
                    ["enableCorrelation"] = true,
                    ["group"] = "aggregatedDatapoints.timestamp",
                    ["series"] = series,
                    ["value"] = "aggregatedDatapoints.value",
                },
                ["jetConfig"] = new JsonObject
                {
                    ["type"] = "lineWithArea",
                    ["timeAxisType"] = "enabled",
                    ["stack"] = "off",
                    ["dataCursor"] = "on",
                    ["legend"] = new JsonObject { ["position"] = "top", ["rendered"] = true },
                    ["styleDefaults"] = new JsonObject { ["lineWidth"] = 2 },
                    ["xAxis"] = new JsonObject
                    {
                        ["viewportMax"] = "$(context.time.end)",
                        ["viewportMin"] = "$(context.time.start)",
                    },
                    ["yAxis"] = new JsonObject { ["title"] = metric.Name },
                },
            },
            ["dataConfig"] = new JsonArray(new JsonObject
            {
                ["name"] = source,
                ["type"] = "monitoringDataSource",
                ["parameters"] = new JsonObject
                {
                    ["compartmentId"] = "$(params.compartmentIdParam)",
                    ["namespace"] = ModelMetric.Namespace,
                    ["mql"] = metric.Query,
                    ["startTime"] = "$(params.time.start)",
                    ["endTime"] = "$(params.time.end)",
                },
            }),
            ["state"] = "DEFAULT",
            ["drilldownConfig"] = new JsonArray(),
            ["parametersMap"] = new JsonObject
            {
                ["compartmentIdParam"] = "$(dashboard.params.compartmentId)",
                ["time"] = "$(dashboard.params.time)",
            },
        };
    }
}
