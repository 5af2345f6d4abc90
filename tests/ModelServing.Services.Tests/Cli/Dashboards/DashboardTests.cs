using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.Cli.Dashboards;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Dashboards;

public partial class DashboardTests
{
    // What OCI's SDK requires of a dashboard that is imported, and of its tiles.
    private static readonly string[] Required =
    [
        "dashboardId", "providerId", "providerName", "providerVersion", "tiles", "displayName", "description", "compartmentId",
        "isOobDashboard", "isShowInHome", "metadataVersion", "isShowDescription", "screenImage", "nls", "uiConfig", "dataConfig", "type",
        "isFavorite", "savedSearches",
    ];

    private static readonly string[] RequiredOfTiles =
    [
        "displayName", "savedSearchId", "row", "column", "height", "width", "nls", "uiConfig", "dataConfig", "state", "drilldownConfig",
    ];

    [Theory]
    [InlineData("grafana")]
    [InlineData("oci")]
    public void The_committed_dashboard_is_up_to_date(string name)
    {
        var path = Repository.Combine("docs", "dashboards", $"{name}.json");
        var made = DashboardCommand.Text(name == "oci" ? OciDashboard.Make() : GrafanaDashboard.Make());
        Assert.True(
            File.Exists(path) && File.ReadAllText(path) == made,
            $"docs/dashboards/{name}.json differs from the metric catalogue. Run './dev docs' and commit the result.");
    }

    [Fact]
    public void Grafana_shows_every_metric_of_the_processes_and_no_other()
    {
        string[] queries = [.. Panels().SelectMany(static panel => panel["targets"]!.AsArray())
            .Select(static target => (string)target!["expr"]!)];
        var shown = queries.SelectMany(static query => Metric.Matches(query).Select(static match => match.Value)).ToHashSet();
        Assert.Equal(
            MetricCatalogue.All
                .Select(static metric => metric.PrometheusName + (metric.Kind == MetricKind.Histogram ? "_bucket" : ""))
                .Order(StringComparer.Ordinal),
            shown.Order(StringComparer.Ordinal));
        Assert.All(queries, static query => Assert.Equal(query.Count(static c => c == '('), query.Count(static c => c == ')')));
    }

    [Fact]
    public void Grafanas_panels_do_not_overlap_and_have_identifiers_of_their_own()
    {
        var dashboard = GrafanaDashboard.Make();
        var panels = dashboard["panels"]!.AsArray().Select(static panel => panel!.AsObject()).ToList();
        Assert.Equal(panels.Count, panels.Select(static panel => (int)panel["id"]!).Distinct().Count());
        var cells = panels.SelectMany(static panel => Cells(panel["gridPos"]!, "w", "h")).ToList();
        Assert.Equal(cells.Count, cells.Distinct().Count());
        Assert.All(panels, static panel => Assert.InRange((int)panel["gridPos"]!["x"]! + (int)panel["gridPos"]!["w"]!, 1, 24));
    }

    [Fact]
    public void A_counter_is_a_rate_a_gauge_a_sum_or_the_largest_and_a_histogram_three_quantiles()
    {
        Assert.Equal(
            ["sum by (model, reason) (rate(modelserving_router_errors_total[$__rate_interval]))"], QueriesOf(MetricNames.RouterErrors));
        Assert.Equal(["sum (modelserving_predictions_backlog)"], QueriesOf(MetricNames.PredictionsBacklog));
        Assert.Equal(["max (modelserving_predictions_backlog_age_seconds)"], QueriesOf(MetricNames.PredictionsBacklogAge));
        Assert.Contains(
            "histogram_quantile(0.95, sum by (le, model, version) (rate(modelserving_inference_model_duration_seconds_bucket"
                + "[$__rate_interval])))",
            QueriesOf(MetricNames.InferenceModelDuration));
    }

    [Fact]
    public void The_console_shows_every_metric_of_models_and_no_other()
    {
        var queries = Tiles().Select(static tile => tile["dataConfig"]![0]!["parameters"]!.AsObject()).ToList();
        Assert.All(queries, static query => Assert.Equal(ModelMetric.Namespace, (string)query["namespace"]!));
        Assert.Equal(
            ModelMetricCatalogue.All.Select(static metric => metric.Query), queries.Select(static query => (string)query["mql"]!));
        Assert.Contains("Failure[auto].groupBy(model,version,variant).mean()", queries.Select(static query => (string)query["mql"]!));
    }

    [Fact]
    public void The_consoles_dashboard_has_every_member_that_an_import_requires()
    {
        var dashboard = Assert.Single(OciDashboard.Make()["dashboards"]!.AsArray())!.AsObject();
        Assert.Empty(Required.Except(dashboard.Select(static member => member.Key)));
        Assert.All(Tiles(), static tile => Assert.Empty(RequiredOfTiles.Except(tile.Select(static member => member.Key))));
        Assert.Equal(OciDashboard.Compartment, (string)dashboard["compartmentId"]!);
        var cells = Tiles().SelectMany(static tile => Cells(tile, "width", "height", "column", "row")).ToList();
        Assert.Equal(cells.Count, cells.Distinct().Count());
    }

    private static IEnumerable<JsonObject> Panels() => GrafanaDashboard.Make()["panels"]!.AsArray()
        .Select(static panel => panel!.AsObject())
        .Where(static panel => (string)panel["type"]! != "row");

    private static IEnumerable<JsonObject> Tiles() =>
        OciDashboard.Make()["dashboards"]![0]!["tiles"]!.AsArray().Select(static tile => tile!.AsObject());

    private static IEnumerable<string> QueriesOf(string name) =>
        GrafanaDashboard.Queries(MetricCatalogue.All.Single(metric => metric.Name == name)).Select(static query => query.Query);

    private static IEnumerable<(int, int)> Cells(JsonNode place, string width, string height, string x = "x", string y = "y") =>
        from column in Enumerable.Range((int)place[x]!, (int)place[width]!)
        from row in Enumerable.Range((int)place[y]!, (int)place[height]!)
        select (column, row);

    [GeneratedRegex("modelserving_[a-z_]+")]
    private static partial Regex Metric { get; }
}
