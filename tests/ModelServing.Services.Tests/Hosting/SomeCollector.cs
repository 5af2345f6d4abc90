using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ModelServing.Services.Tests.Hosting;

/// <summary>An OpenTelemetry collector that takes traces and metrics by OTLP over gRPC, and keeps their bytes.</summary>
internal sealed class SomeCollector : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<ExportedSpan> spans = new();
    private readonly ConcurrentQueue<byte[]> metrics = new();

    private SomeCollector(WebApplication app) => this.app = app;

    internal string Address => app.Urls.First();

    /// <summary>All spans that were exported.</summary>
    internal IReadOnlyCollection<ExportedSpan> Spans => spans;

    /// <summary>The bytes of all exports of metrics.</summary>
    internal IReadOnlyCollection<byte[]> Metrics => metrics;

    internal static async Task<SomeCollector> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            static kestrel => kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new SomeCollector(app);
        app.Run(collector.TakeAsync);
        await app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        // A gRPC message begins with a flag and its length, five bytes in all.
        var message = body.ToArray()[5..];
        if (context.Request.Path.Value!.EndsWith("TraceService/Export", StringComparison.Ordinal))
        {
            foreach (var span in ExportedSpan.ReadAll(message))
                spans.Enqueue(span);
        }
        else
        {
            metrics.Enqueue(message);
        }

        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
