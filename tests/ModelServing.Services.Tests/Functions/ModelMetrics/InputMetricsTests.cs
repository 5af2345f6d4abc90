using System.Globalization;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using ModelServing.Registry.Profiles;
using static ModelServing.Services.Tests.Cache.Reports.SomeReports;
using static ModelServing.Services.Tests.Functions.ModelMetrics.TestedModelMetrics;

namespace ModelServing.Services.Tests.Functions.ModelMetrics;

/// <summary>What ModelMetrics posts about the inputs of versions.</summary>
public sealed class InputMetricsTests : IAsyncLifetime
{
    private TestedModelMetrics tested = null!;

    public async ValueTask InitializeAsync() => tested = await StartAsync();

    public ValueTask DisposeAsync() => tested.DisposeAsync();

    [Fact]
    public async Task The_largest_PSI_of_a_version_is_posted_over_all_of_its_processes()
    {
        await tested.ReportMinuteAsync();
        InputCounts same = new("card-activity.count_1d", [0, 5000, 5000], [0, 300, 300]);
        // Together, the processes have enough rows.
        await tested.ReportAsync(LastMinute, One, same, new InputCounts("amount", [0, 5000, 5000], [0, 310, 290]));
        await tested.ReportAsync(LastMinute, One, same, new InputCounts("amount", [0, 5000, 5000], [0, 290, 310]));
        await tested.ReportAsync(LastMinute, Two, same, new InputCounts("amount", [0, 5000, 5000], [0, 50, 550]));
        await tested.ReportAsync(LastMinute, Two, same, new InputCounts("amount", [0, 5000, 5000], [600, 0, 0]));
        // Alone it has too few, whatever its values are.
        await tested.ReportAsync(LastMinute, new ModelVersion(3), new InputCounts("amount", [5000, 5000], [999, 0]));
        await tested.RunAsync();
        List<string> taken = [.. tested.Taken(ModelMetric.FeaturePsi).Order(StringComparer.Ordinal)];
        Assert.Equal(2, taken.Count);
        Assert.Equal("fraud/1 at 11:59:00: 0 x 1", taken[0]);
        var psi = SkewFigures.Psi([0, 5000, 5000], [600, 50, 550]);
        Assert.True(psi > SkewFigures.Large, $"{psi}");
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"fraud/2 at 11:59:00: {psi:0.###} x 1"), taken[1]);
        Assert.Equal(["model", "version"], tested.Monitoring.Accepted.First(static stream =>
            (string?)stream["name"] == ModelMetric.FeaturePsi)["dimensions"]!.AsObject().Select(static one => one.Key).Order());
    }

    [Fact]
    public async Task Reports_about_inputs_that_can_not_be_read_are_a_fault_and_the_rest_is_posted()
    {
        await tested.ReportMinuteAsync();
        await tested.ReportAsync(LastMinute, Two, new InputCounts("amount", [5000, 5000], [999]));
        var (status, report) = await tested.RunAsync();
        Assert.Equal(502, status);
        Assert.Contains("a report about inputs can't be read", Faults(report), StringComparison.Ordinal);
        Assert.Empty(tested.Taken(ModelMetric.FeaturePsi));
        Assert.NotEmpty(tested.Taken(ModelMetric.Failure));
    }
}
