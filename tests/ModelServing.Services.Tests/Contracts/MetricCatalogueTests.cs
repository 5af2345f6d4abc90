using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Contracts;

/// <summary>The catalogue is complete, and says of each metric what the program does that has it.</summary>
public partial class MetricCatalogueTests
{
    private static readonly Dictionary<string, string> Names = typeof(MetricNames).GetFields()
        .Where(static field => (field.GetRawConstantValue() as string)?.StartsWith("modelserving.", StringComparison.Ordinal) is true)
        .ToDictionary(static field => field.Name, static field => (string)field.GetRawConstantValue()!);

    private static readonly string[] Dimensions =
        [.. typeof(MetricNames).GetFields().Select(static field => field.GetRawConstantValue()).OfType<string>().Except(Names.Values)];

    [Fact]
    public void Every_metric_of_a_process_is_in_it_once() => Assert.Equal(
        Names.Values.Order(StringComparer.Ordinal), MetricCatalogue.All.Select(static metric => metric.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void A_metric_has_only_dimensions_that_exist() =>
        Assert.All(MetricCatalogue.All, static metric => Assert.Empty(metric.Dimensions.Except(Dimensions)));

    [Fact]
    public void A_metric_has_the_kind_and_the_unit_with_which_its_program_creates_it()
    {
        var created = Directory.EnumerateFiles(Repository.Combine("services"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(static path => Creation.Matches(File.ReadAllText(path)))
            .ToDictionary(static match => Names[match.Groups["name"].Value], static match => match);
        foreach (var metric in MetricCatalogue.All)
        {
            Assert.True(created.TryGetValue(metric.Name, out var match), $"no program creates {metric.Name} in a form that is known here");
            var (kind, unit) = match.Groups["method"].Value switch
            {
                "CreateLatencyHistogram" => (MetricKind.Histogram, "s"),
                "CreateHistogram" => (MetricKind.Histogram, match.Groups["unit"].Value),
                "CreateObservableGauge" or "CreateUpDownCounter" or "CreateObservableUpDownCounter" =>
                    (MetricKind.Gauge, match.Groups["unit"].Value),
                _ => (MetricKind.Counter, match.Groups["unit"].Value),
            };
            Assert.Equal((metric.Name, kind, unit), (metric.Name, metric.Kind, metric.Unit));
        }
    }

    [Theory]
    [InlineData(MetricNames.RouterRequestDuration, "modelserving_router_request_duration_seconds")]
    [InlineData(MetricNames.HostMemoryReserved, "modelserving_host_memory_reserved_bytes")]
    [InlineData(MetricNames.HostRefusals, "modelserving_host_refusals_total")]
    [InlineData(MetricNames.PredictionsTorn, "modelserving_predictions_torn_bytes_total")]
    [InlineData(MetricNames.RouterEndpoints, "modelserving_router_endpoints")]
    [InlineData(MetricNames.FeaturesLogBytes, "modelserving_features_log_bytes")]
    [InlineData(MetricNames.FeaturesFilled, "modelserving_features_filled")]
    public void A_metric_has_Prometheus_name(string name, string prometheus) =>
        Assert.Equal(prometheus, MetricCatalogue.All.Single(metric => metric.Name == name).PrometheusName);

    [Fact]
    public void The_documents_name_only_metrics_that_exist()
    {
        string[] known = [.. MetricCatalogue.All.Select(static metric => metric.PrometheusName)];
        var named = Directory.EnumerateFiles(Repository.Combine("docs"), "*.md")
            .SelectMany(static path =>
                Mentioned.Matches(File.ReadAllText(path)).Select(match => (Path: Path.GetFileName(path), match.Value)));
        Assert.All(named, name => Assert.True(
            known.Contains(name.Value) || known.Contains(name.Value[..name.Value.LastIndexOf('_')]), $"{name.Path}: {name.Value}"));
    }

    [Fact]
    public void Every_metric_of_models_is_in_the_catalogue_of_models()
    {
        string[] dimensions =
        [
            ModelMetric.Model, ModelMetric.Version, ModelMetric.View, ModelMetric.Variant, ModelMetric.Trial, ModelMetric.Watched,
            ModelMetric.Environment,
        ];
        string[] values = [ModelMetric.Namespace, ModelMetric.IsWatched, ModelMetric.IsNotWatched, ModelMetric.StableVariant];
        Assert.Equal(
            typeof(ModelMetric).GetFields().Select(static field => (string)field.GetRawConstantValue()!).Except([.. dimensions, .. values])
                .Order(StringComparer.Ordinal),
            ModelMetricCatalogue.All.Select(static metric => metric.Name).Order(StringComparer.Ordinal));
        Assert.All(ModelMetricCatalogue.All, metric => Assert.Empty(metric.Dimensions.Except(dimensions)));
    }

    [GeneratedRegex(
        "(?<method>Create\\w+|Count)(<\\w+>)?\\(\\s*MetricNames\\.(?<name>\\w+),(?<rest>.*?)"
        + "\"(?<unit>\\{[a-z]+\\}|s|By|1|[A-Z][^\"]*\\.)\"",
        RegexOptions.Singleline)]
    private static partial Regex Creation { get; }

    [GeneratedRegex(@"\bmodelserving_(router|inference|predictions|features|host)_[a-z_]+\b")]
    private static partial Regex Mentioned { get; }
}
