using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ModelServing.Hosting;

/// <summary>The programs' metrics and traces, by OpenTelemetry. <c>/metrics</c> has the metrics in Prometheus' text format. Both go to a
/// collector by OTLP if OpenTelemetry's variables name one.</summary>
public static class Telemetry
{
    /// <summary>Creates the meter of a host.</summary>
    public static Meter CreateMeter(IMeterFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return factory.Create(MetricNames.Meter);
    }

    /// <summary>Creates a latency histogram in seconds with <see cref="MetricNames.LatencyBounds"/>.</summary>
    public static Histogram<double> CreateLatencyHistogram(this Meter meter, string name, string description)
    {
        ArgumentNullException.ThrowIfNull(meter);
        return meter.CreateHistogram(
            name,
            "s",
            description,
            null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = MetricNames.LatencyBounds });
    }

    // Prometheus' exporter has never had a stable release, so only this class uses it.
    internal static void Add(WebApplicationBuilder builder, string name, OtlpVariables otlp)
    {
        builder.Services.AddMetrics();
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                "modelserving-" + name,
                autoGenerateServiceInstanceId: false,
                // A collector gets the metrics of several processes of one service.
                serviceInstanceId: otlp.HasMetrics || otlp.HasTraces ? $"{Environment.MachineName}-{Environment.ProcessId}" : null))
            .WithMetrics(static metrics => metrics
                .AddMeter(MetricNames.Meter)
                .AddPrometheusExporter(static exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0));
        if (otlp.HasMetrics || otlp.HasTraces)
            builder.Configuration.AddInMemoryCollection(otlp.ForConfiguration);
        if (otlp.HasMetrics)
            telemetry.WithMetrics(static metrics => metrics.AddOtlpExporter());
        if (otlp.HasTraces)
            telemetry.WithTracing(static traces => traces.AddSource(Tracing.Source.Name).AddOtlpExporter());
        // A provider hears every meter of that name in the process. Where a process has several hosts, as tests have, the end of one host
        // would take another host's instruments of the same name out of its answers.
        builder.Services.ConfigureOpenTelemetryMeterProvider(static (services, provider) =>
        {
            var own = services.GetRequiredService<IMeterFactory>();
            var served = services.GetService<MetricSeries>()?.Most;
            provider.AddView(instrument => instrument.Meter.Scope != own ? MetricStreamConfiguration.Drop
                : (served ?? MetricCatalogue.SeriesOf(instrument.Name)) is not { } most ? null
                : new MetricStreamConfiguration { CardinalityLimit = most });
        });
    }

    internal static void Map(WebApplication app)
    {
        app.Use(WithLength);
        // The exporter answers every method.
        app.MapPrometheusScrapingEndpoint(InferencePaths.Metrics)
            .Add(static endpoint => endpoint.RequestDelegate = AllowedMethods.Only(endpoint.RequestDelegate!, HttpMethods.Get));
    }

    // The exporter has the whole answer before it writes, but does not say how long it is.
    private static RequestDelegate WithLength(RequestDelegate next) => async context =>
    {
        if (context.Request.Path != InferencePaths.Metrics)
        {
            await next(context);
            return;
        }

        var body = context.Response.Body;
        using var held = new MemoryStream();
        context.Response.Body = held;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = body;
        }

        context.Response.ContentLength = held.Length;
        await body.WriteAsync(held.GetBuffer().AsMemory(0, (int)held.Length), context.RequestAborted);
    };
}
