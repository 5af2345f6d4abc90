using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Services.Tests.Hosting;

public class TelemetryTests
{
    [Fact]
    public async Task The_metrics_path_has_the_hosts_metrics()
    {
        await using var host = await SomeHost.StartAsync(SomeSettings.OnFreePort);
        var meter = Telemetry.CreateMeter(host.App.Services.GetRequiredService<IMeterFactory>());
        meter.CreateCounter<long>(MetricNames.RouterErrors).Add(3, new KeyValuePair<string, object?>(MetricNames.Reason, "deadline"));
        meter.CreateLatencyHistogram(MetricNames.RouterRequestDuration, "From a request's head to the last byte of its answer.")
            .Record(0.003);
        var (status, text) = await host.GetAsync(InferencePaths.Metrics);
        Assert.Equal(200, status);
        Assert.Contains("service_name=\"modelserving-some-host\"", text, StringComparison.Ordinal);
        Assert.Matches("""modelserving_router_errors_total\{[^}]*reason="deadline"[^}]*\} 3\n""", text);
        Assert.Matches("""modelserving_router_request_duration_seconds_bucket\{[^}]*le="0.0025"[^}]*\} 0\n""", text);
        Assert.Matches("""modelserving_router_request_duration_seconds_bucket\{[^}]*le="0.005"[^}]*\} 1\n""", text);
    }

    [Fact]
    public async Task A_host_answers_with_its_own_metrics_also_when_another_host_of_the_process_ends()
    {
        await using var host = await SomeHost.StartAsync(SomeSettings.OnFreePort);
        var errors = Telemetry.CreateMeter(host.App.Services.GetRequiredService<IMeterFactory>())
            .CreateCounter<long>(MetricNames.RouterErrors);
        await using (var other = await SomeHost.StartAsync(SomeSettings.OnFreePort))
            Telemetry.CreateMeter(other.App.Services.GetRequiredService<IMeterFactory>())
                .CreateCounter<long>(MetricNames.RouterErrors)
                .Add(5);
        errors.Add(3);
        var (_, text) = await host.GetAsync(InferencePaths.Metrics);
        Assert.Matches("""modelserving_router_errors_total(\{[^}]*\})? 3\n""", text);
    }

    [Fact]
    public void Bounds_rise() => Assert.Equal(MetricNames.LatencyBounds.Order().Distinct(), MetricNames.LatencyBounds);
}
