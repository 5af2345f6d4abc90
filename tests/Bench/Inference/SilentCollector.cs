using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ModelServing.Bench.Inference;

/// <summary>An OpenTelemetry collector that takes everything by OTLP over gRPC, and keeps nothing.</summary>
internal sealed class SilentCollector : IAsyncDisposable
{
    private readonly WebApplication app;

    private SilentCollector(WebApplication app) => this.app = app;

    internal string Address => app.Urls.First();

    internal static async Task<SilentCollector> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            static kestrel => kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(static async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await app.StartAsync();
        return new SilentCollector(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
