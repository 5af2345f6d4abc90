using ModelServing.Contracts.Monitoring;
using static ModelServing.Services.Tests.Cache.Reports.SomeReports;
using static ModelServing.Services.Tests.Functions.ModelMetrics.TestedModelMetrics;

namespace ModelServing.Services.Tests.Functions.ModelMetrics;

/// <summary>What ModelMetrics posts about the feature server and its views.</summary>
public sealed class FeatureServerMetricsTests : IAsyncLifetime
{
    private TestedModelMetrics tested = null!;

    public async ValueTask InitializeAsync() => tested = await StartAsync();

    public ValueTask DisposeAsync() => tested.DisposeAsync();

    [Fact]
    public async Task The_feature_servers_report_is_posted_with_each_view()
    {
        await tested.ReportAsync(LastMinute, SomeFeatures);
        await tested.RunAsync();
        Assert.Equal([1.0], Values(ModelMetric.FeatureServerReporting, ModelMetric.Environment));
        Assert.Equal([4.0], Values(ModelMetric.FeatureEventsUnshipped, ModelMetric.Environment));
        Assert.Equal([1.25], Values(ModelMetric.FeatureEventsOverdueSeconds, ModelMetric.Environment));
        Assert.Equal([0.75], Values(ModelMetric.FeatureLogShare, ModelMetric.Environment));
        Assert.Equal([1.0, 0.0], Values(ModelMetric.FeatureViewFilled, ModelMetric.View, ModelMetric.Version));
        // A view that is being filled has no delay, and its old events are not late.
        Assert.Equal([2.5], Values(ModelMetric.FeatureViewDelaySeconds, ModelMetric.View, ModelMetric.Version));
        Assert.Equal([0.0, 1.0], Values(ModelMetric.FeatureEventsLate, ModelMetric.View, ModelMetric.Version));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_feature_server_that_is_missing_is_posted_unless_it_stopped_regularly(bool isLeaving)
    {
        await tested.ReportAsync(LastMinute - 3, SomeFeatures);
        await tested.ReportAsync(LastMinute - 2, SomeFeatures with { IsLeaving = isLeaving });
        await tested.RunAsync();
        Assert.Equal(
            isLeaving ? [1.0, 1.0] : [1.0, 1.0, 0.0, 0.0],
            Values(ModelMetric.FeatureServerReporting, ModelMetric.Environment));
    }

    [Fact]
    public async Task A_report_about_features_that_cannot_be_read_is_a_fault_and_the_rest_is_posted()
    {
        await tested.ReportMinuteAsync();
        await tested.Cache.Open().QueryAsync(
            "",
            static multiplexer => multiplexer.GetDatabase().StringSetAsync(
                $"{{ms:{TestedModelMetrics.Environment}:reports}}:features:{LastMinute}", "{}"),
            TestContext.Current.CancellationToken);
        var (status, report) = await tested.RunAsync();
        Assert.Equal(502, status);
        Assert.Contains("the report about features can't be read", Faults(report), StringComparison.Ordinal);
        Assert.Equal(2, tested.Taken(ModelMetric.Requests).Count());
    }

    // The values of all streams in the order of their times. Each stream must have exactly these dimensions.
    private List<double> Values(string metric, params string[] dimensions)
    {
        var streams = tested.Monitoring.Accepted.Where(stream => (string?)stream["name"] == metric).ToList();
        Assert.All(streams, stream => Assert.Equal(
            dimensions.Order(StringComparer.Ordinal),
            stream["dimensions"]!.AsObject().Select(static one => one.Key).Order(StringComparer.Ordinal)));
        return
        [
            .. streams.SelectMany(static stream => stream["datapoints"]!.AsArray())
                .OrderBy(static point => (string)point!["timestamp"]!, StringComparer.Ordinal)
                .Select(static point => (double)point!["value"]!),
        ];
    }
}
