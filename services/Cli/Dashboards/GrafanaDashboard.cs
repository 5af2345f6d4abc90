using System.Text.Json.Nodes;
using ModelServing.Contracts;

namespace ModelServing.Cli.Dashboards;

/// <summary>The dashboard of the processes' metrics for Grafana, on a Prometheus data source. It is generated from
/// <see cref="MetricCatalogue"/>.</summary>
internal static class GrafanaDashboard
{
    private const string Source = "${source}";
    private const int Width = 12;
    private const int Height = 8;

    internal static JsonObject Make()
    {
        var panels = new JsonArray();
        var (y, id) = (0, 1);
        foreach (var (program, metrics) in MetricCatalogue.Programs)
        {
            panels.Add(Row(id++, program, y++));
            foreach (var (index, metric) in metrics.Index())
                panels.Add(Panel(id++, metric, x: index % 2 * Width, y + (index / 2 * Height)));
            y += (metrics.Count + 1) / 2 * Height;
        }

        return new JsonObject
        {
            ["title"] = "ModelServing: processes",
            ["uid"] = "modelserving-processes",
            ["tags"] = new JsonArray("modelserving"),
            ["schemaVersion"] = 39,
            ["editable"] = true,
            ["refresh"] = "30s",
            ["time"] = new JsonObject { ["from"] = "now-1h", ["to"] = "now" },
            ["templating"] = new JsonObject
            {
                ["list"] = new JsonArray(new JsonObject
                {
                    ["name"] = "source",
                    ["label"] = "Prometheus",
                    ["type"] = "datasource",
                    ["query"] = "prometheus",
                }),
            },
            ["panels"] = panels,
        };
    }

    /// <summary>The queries that show a metric, with the name of each.</summary>
    internal static IEnumerable<(string Query, string Legend)> Queries(MetricDefinition metric)
    {
        var (name, by) = (metric.PrometheusName, string.Join(", ", metric.Dimensions));
        var legend = string.Join(' ', metric.Dimensions.Select(static dimension => $"{{{{{dimension}}}}}"));
        if (metric.Kind == MetricKind.Histogram)
        {
            foreach (var quantile in (string[])["0.5", "0.95", "0.99"])
            {
                yield return (
                    $"histogram_quantile({quantile}, sum by (le, {by}) (rate({name}_bucket[$__rate_interval])))",
                    $"p{quantile[2..].PadRight(2, '0')} {legend}");
            }

            yield break;
        }

        var function = metric.IsLargest ? "max" : "sum";
        var grouped = by.Length > 0 ? $"{function} by ({by})" : function;
        yield return (
            metric.Kind == MetricKind.Counter ? $"{grouped} (rate({name}[$__rate_interval]))" : $"{grouped} ({name})",
            legend.Length > 0 ? legend : metric.Title);
    }

    private static JsonObject Row(int id, string title, int y) => new()
    {
        ["id"] = id,
        ["type"] = "row",
        ["title"] = title,
        ["collapsed"] = false,
        ["gridPos"] = Place(0, y, 2 * Width, 1),
        ["panels"] = new JsonArray(),
    };

    private static JsonObject Panel(int id, MetricDefinition metric, int x, int y) => new()
    {
        ["id"] = id,
        ["type"] = "timeseries",
        ["title"] = metric.Title,
        ["description"] = metric.PrometheusName,
        ["datasource"] = Datasource(),
        ["gridPos"] = Place(x, y, Width, Height),
        ["fieldConfig"] = new JsonObject
        {
            ["defaults"] = new JsonObject { ["unit"] = UnitOf(metric), ["min"] = 0 },
            ["overrides"] = new JsonArray(),
        },
        ["targets"] = new JsonArray([.. Queries(metric).Select(static (query, index) => new JsonObject
        {
            ["refId"] = ((char)('A' + index)).ToString(),
            ["datasource"] = Datasource(),
            ["expr"] = query.Query,
            ["legendFormat"] = query.Legend,
        })]),
    };

    // Grafana's names of units.
    private static string UnitOf(MetricDefinition metric) => (metric.Unit, metric.Kind) switch
    {
        ("s", _) => "s",
        ("By", MetricKind.Counter) => "Bps",
        ("By", _) => "bytes",
        (_, MetricKind.Counter) => "cps",
        _ => "short",
    };

    private static JsonObject Datasource() => new() { ["type"] = "prometheus", ["uid"] = Source };

    private static JsonObject Place(int x, int y, int width, int height) =>
        new() { ["x"] = x, ["y"] = y, ["w"] = width, ["h"] = height };
}
